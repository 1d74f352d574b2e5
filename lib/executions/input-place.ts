/** Where the value of an input stands in the values, which are nested by the dots of the id. */
export function placeOfInput(
  values: Record<string, unknown>,
  id: string,
): { map: Record<string, unknown>; key: string } | null {
  const parts = id.split(".");
  const key = parts.pop() ?? id;
  let map = values;
  for (const part of parts) {
    const inner = Object.hasOwn(map, part) ? map[part] : undefined;
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return null;
    // A map of values that readInputs nested by the id's dots.
    map = inner as Record<string, unknown>;
  }
  return Object.hasOwn(map, key) ? { map, key } : null;
}

/** The value of an input in the nested values; undefined when it has none. */
export function inputValue(values: Record<string, unknown>, id: string): unknown {
  const place = placeOfInput(values, id);
  return place?.map[place.key];
}
