/**
 * The values in the order in which the flow writes their ids (dots in an id nest): the database keeps
 * a map's keys in an order of its own. What the flow does not name follows.
 */
export function inWrittenOrder(
  values: Record<string, unknown>,
  written: readonly { id: string }[],
): Record<string, unknown> {
  const names = new Set(written.map(({ id }) => id.split(".")[0] ?? id));
  const known = [...names].filter((name) => Object.hasOwn(values, name));
  const rest = Object.keys(values).filter((name) => !names.has(name));
  return Object.fromEntries([...known, ...rest].map((name) => [name, values[name]]));
}
