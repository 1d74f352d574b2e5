import { clsx } from "clsx";
import type { ReactElement } from "react";
import { bytesText } from "#components/ui/bytes-text.ts";
import { type AnsiColor, type AnsiToken, ansiTokens } from "./ansi.ts";
import { hitRanges } from "./hit-ranges.ts";
import { textPieces } from "./text-pieces.ts";

const COLOR: Record<AnsiColor, string> = {
  black: "text-ink-3",
  red: "text-failed",
  green: "text-success",
  yellow: "text-warning",
  blue: "text-running",
  magenta: "text-paused",
  cyan: "text-key",
  white: "text-ink",
};

const GROUND: Record<AnsiColor, string> = {
  black: "bg-sunken",
  red: "bg-failed-bg",
  green: "bg-success-bg",
  yellow: "bg-warning-bg",
  blue: "bg-running-bg",
  magenta: "bg-paused-bg",
  cyan: "bg-select",
  white: "bg-sunken",
};

function classOf(token: AnsiToken): string {
  const isFaint = token.color === "black" || (token.isDim && token.color === null);
  const color = isFaint ? (token.background === null ? "text-ink-3" : "text-ink") : null;
  return clsx(
    color ?? (token.color !== null && COLOR[token.color]),
    token.background !== null && GROUND[token.background],
    token.isBold && "font-bold",
    token.isItalic && "italic",
    token.isUnderlined && "underline underline-offset-2",
    token.isStruck && "line-through",
  );
}

/** A line's text with its colours, and what was searched marked in it. */
export function LogText({
  text,
  wholeBytes,
  pattern,
  isCurrent,
}: {
  text: string;
  /** Set when the text is but a long line's beginning; copying and the download have it whole. */
  wholeBytes?: number;
  pattern: RegExp | null;
  /** The search is at this line. */
  isCurrent: boolean;
}): ReactElement {
  const tokens = ansiTokens(text);
  const plain = tokens.map((token) => token.text).join("");
  const pieces = textPieces(tokens, hitRanges(plain, pattern));
  return (
    <>
      {pieces.map((piece, at) =>
        piece.isHit ? (
          <mark
            key={at}
            className={isCurrent ? "bg-warning text-inverse" : "bg-warning/25 text-ink"}
          >
            {piece.text}
          </mark>
        ) : (
          <span key={at} className={classOf(piece.token) || undefined}>
            {piece.text}
          </span>
        ),
      )}
      {wholeBytes === undefined ? null : (
        <span className="text-ink-3 italic select-none">
          {" "}
          … the line has {bytesText(wholeBytes)}: copy it or download the log
        </span>
      )}
    </>
  );
}
