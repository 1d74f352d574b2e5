/** Reads parts of a source's plain value, whatever it turns out to be. */
export function mapOf(value: unknown): Record<string, unknown> {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  // A map of the source has text keys only.
  return isMap ? (value as Record<string, unknown>) : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text at the key; empty when there is none. */
export function textAt(value: unknown, key: string): string {
  const map = mapOf(value);
  const text = Object.hasOwn(map, key) ? map[key] : undefined;
  return typeof text === "string" || typeof text === "number" ? String(text) : "";
}
