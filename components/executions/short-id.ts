/** Ids begin with the time they were made at: their ends tell neighbours apart. */
export function shortId(id: string): string {
  return id.slice(-6);
}
