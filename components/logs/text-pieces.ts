import type { AnsiToken } from "./ansi.ts";

export interface TextPiece {
  token: AnsiToken;
  text: string;
  isHit: boolean;
}

/** The tokens, cut where hits begin and end; `ranges` are ascending places in the tokens' joined text. */
export function textPieces(
  tokens: readonly AnsiToken[],
  ranges: readonly (readonly [number, number])[],
): TextPiece[] {
  const pieces: TextPiece[] = [];
  let at = 0;
  let next = 0;
  for (const token of tokens) {
    const end = at + token.text.length;
    let from = at;
    while (from < end) {
      while (next < ranges.length && (ranges[next]?.[1] ?? 0) <= from) next += 1;
      const [start, stop] = ranges[next] ?? [end, end];
      const isHit = start <= from;
      const to = Math.min(end, isHit ? stop : start);
      pieces.push({ token, text: token.text.slice(from - at, to - at), isHit });
      from = to;
    }
    at = end;
  }
  return pieces;
}
