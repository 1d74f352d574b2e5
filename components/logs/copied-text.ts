/** A place in the log: a line by its position, and how many characters of its text lie before. */
export interface LogPoint {
  position: number;
  offset: number;
}

export function inOrder(one: LogPoint, other: LogPoint): [LogPoint, LogPoint] {
  const isBefore =
    one.position < other.position ||
    (one.position === other.position && one.offset <= other.offset);
  return isBefore ? [one, other] : [other, one];
}

/** What a selection over several lines copies: their text and nothing else, one line end between two. */
export function copiedText(lines: readonly string[], from: LogPoint, to: LogPoint): string {
  if (from.position === to.position) return (lines[0] ?? "").slice(from.offset, to.offset);
  return lines
    .map((text, at) => {
      if (at === 0) return text.slice(from.offset);
      return at === to.position - from.position ? text.slice(0, to.offset) : text;
    })
    .join("\n");
}
