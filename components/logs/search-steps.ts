/** Index in the ascending `positions` of the first one that is not before `position`; their number if none. */
export function firstFrom(positions: readonly number[], position: number): number {
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((positions[middle] ?? 0) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The hit that a step leads to, around the ends; null when there is none. `from` is the hit one is
 * at, or, before the first step, the first line that can be seen (`isAtHit` false).
 */
export function stepToHit(
  positions: readonly number[],
  from: { position: number; isAtHit: boolean },
  step: 1 | -1,
): number | null {
  const count = positions.length;
  if (count === 0) return null;
  const at = firstFrom(positions, from.position);
  const isOnHit = from.isAtHit && positions[at] === from.position;
  const next = step === -1 ? at - 1 : isOnHit ? at + 1 : at;
  return positions[(next + count) % count] ?? null;
}

/** `2 of 5`, `2 of 10,000+`, `5 lines`, `nothing found`. */
export function hitText(
  hits: { positions: readonly number[]; isTruncated: boolean },
  current: number | null,
): string {
  const { positions } = hits;
  if (positions.length === 0) return "nothing found";
  const count = `${positions.length.toLocaleString("en")}${hits.isTruncated ? "+" : ""}`;
  const at = current === null ? -1 : firstFrom(positions, current);
  if (at >= 0 && positions[at] === current) return `${(at + 1).toLocaleString("en")} of ${count}`;
  return positions.length === 1 ? "1 line" : `${count} lines`;
}
