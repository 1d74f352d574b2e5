/** A stretch of lines by their numbers as people see them: from 1, both ends included. */
export interface LineRange {
  first: number;
  last: number;
}

/** The range of `#L5` or `#L5-9` (in either order); null when the text is no such link. */
export function rangeFromHash(hash: string): LineRange | null {
  const match = /^#L(\d{1,15})(?:-L?(\d{1,15}))?$/.exec(hash);
  if (match === null) return null;
  const one = Number(match[1]);
  const other = Number(match[2] ?? match[1]);
  if (one < 1 || other < 1) return null;
  return { first: Math.min(one, other), last: Math.max(one, other) };
}

export function hashFromRange(range: LineRange | null): string {
  if (range === null) return "";
  return range.first === range.last ? `#L${range.first}` : `#L${range.first}-${range.last}`;
}

/** The selection after a click on a line's number; with shift it reaches from where it began. */
export function rangeAfterClick(
  state: { range: LineRange | null; anchor: number | null },
  line: number,
  isExtending: boolean,
): { range: LineRange | null; anchor: number | null } {
  if (isExtending && state.anchor !== null) {
    const first = Math.min(state.anchor, line);
    return { range: { first, last: Math.max(state.anchor, line) }, anchor: state.anchor };
  }
  const isOnlyLine = state.range?.first === line && state.range.last === line;
  return isOnlyLine
    ? { range: null, anchor: null }
    : { range: { first: line, last: line }, anchor: line };
}
