import { IN_CLUSTER, THIS_MACHINE } from "#lib/core/connection-view.ts";

/** A connection's name by its id, also of one that is no longer there. */
export function connectionName(id: string, names: Readonly<Record<string, string>>): string {
  const known = names[id];
  if (known !== undefined) return known;
  if (id === THIS_MACHINE) return "This machine";
  if (id === IN_CLUSTER) return "This cluster";
  return id.replace(/^[a-z]+:/, "");
}
