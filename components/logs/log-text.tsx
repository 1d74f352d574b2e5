import { clsx } from "clsx";
import type { ReactElement } from "react";
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

/** More than this of one line is cut on the screen; copying and the download have it whole. */
const MAX_SHOWN = 10_000;

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
  pattern,
  isCurrent,
}: {
  text: string;
  pattern: RegExp | null;
  /** The search is at this line. */
  isCurrent: boolean;
}): ReactElement {
  const tokens = ansiTokens(text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) : text);
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
      {text.length > MAX_SHOWN ? (
        <span className="text-ink-3 italic select-none">
          {" "}
          … {(text.length - MAX_SHOWN).toLocaleString("en")} more characters: copy the line or
          download the log
        </span>
      ) : null}
    </>
  );
}
