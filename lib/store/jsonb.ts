/**
 * The value as JSON that PostgreSQL takes: `jsonb` knows neither NUL characters nor halves of
 * surrogate pairs, which programs do print. Both become U+FFFD.
 */
export function jsonb(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "string") return storable(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.keys(part).every((key) => storable(key) === key)
      ? part
      : Object.fromEntries(Object.entries(part).map(([key, its]) => [storable(key), its]));
  });
}

/** The text without what PostgreSQL refuses in texts. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}
