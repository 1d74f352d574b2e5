import { ExpressionError, type Span } from "./expression-error.ts";
import { lexTag, type Token } from "./lex.ts";

/** A template cut at its delimiters: text, `{{ … }}` and `{% … %}`; comments are gone. */
export type Segment =
  | ({ kind: "text"; text: string } & Span)
  | ({ kind: "print"; tokens: Token[] } & Span)
  | ({ kind: "tag"; tokens: Token[] } & Span);

const RAW = /\{%-?\s*(raw|verbatim)\s*(-?)%\}/y;
const RAW_END = {
  raw: /\{%(-?)\s*endraw\s*(-?)%\}/g,
  verbatim: /\{%(-?)\s*endverbatim\s*(-?)%\}/g,
};
const OPENER = /\{[{%#]/g;

/** @throws ExpressionError where a delimiter is never closed or a token is wrong */
export function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  let isTrimming = false;
  const pushText = (piece: string, start: number, trimsEnd: boolean): void => {
    const trimmed = isTrimming ? piece.trimStart() : piece;
    const shown = trimsEnd ? trimmed.trimEnd() : trimmed;
    if (shown !== "") {
      segments.push({ kind: "text", text: shown, start, end: start + piece.length });
    }
    isTrimming = false;
  };
  for (;;) {
    OPENER.lastIndex = at;
    const open = OPENER.exec(text);
    if (open === null) {
      pushText(text.slice(at), at, false);
      return segments;
    }
    const start = open.index;
    // As in Pebble a `-` trims only before white space: `{{-1}}` is a number.
    const trimsBefore = /^-\s/.test(text.slice(start + 2, start + 4));
    pushText(text.slice(at, start), at, trimsBefore);
    const from = start + (trimsBefore ? 3 : 2);
    if (open[0] === "{#") {
      const close = text.indexOf("#}", from);
      if (close === -1) throw unclosedComment(text, start);
      isTrimming = text.charAt(close - 1) === "-";
      at = close + 2;
      continue;
    }
    const raw = open[0] === "{%" ? rawBlock(text, start) : null;
    if (raw !== null) {
      isTrimming = raw.trimsInnerStart;
      pushText(raw.text, start, raw.trimsInnerEnd);
      isTrimming = raw.trimsAfter;
      at = raw.end;
      continue;
    }
    const closer = open[0] === "{{" ? "}}" : "%}";
    const lexed = lexTag(text, from, { closer, start, depth: 0 });
    segments.push({
      kind: open[0] === "{{" ? "print" : "tag",
      tokens: lexed.tokens,
      start,
      end: lexed.end,
    });
    isTrimming = lexed.trimsAfter;
    at = lexed.end;
  }
}

interface RawBlock {
  text: string;
  end: number;
  trimsInnerStart: boolean;
  trimsInnerEnd: boolean;
  trimsAfter: boolean;
}

/** The block `{% raw %}…{% endraw %}` that begins at `start`; null when none does. */
function rawBlock(text: string, start: number): RawBlock | null {
  RAW.lastIndex = start;
  const open = RAW.exec(text);
  if (open === null) return null;
  const pattern = open[1] === "raw" ? RAW_END.raw : RAW_END.verbatim;
  pattern.lastIndex = start + open[0].length;
  const close = pattern.exec(text);
  if (close === null) {
    throw new ExpressionError(
      "syntax",
      `\`${open[0]}\` is never closed: add \`{% end${open[1] ?? "raw"} %}\``,
      { text, span: { start, end: start + open[0].length } },
    );
  }
  return {
    text: text.slice(start + open[0].length, close.index),
    end: close.index + close[0].length,
    trimsInnerStart: open[2] === "-",
    trimsInnerEnd: close[1] === "-",
    trimsAfter: close[2] === "-",
  };
}

function unclosedComment(text: string, start: number): ExpressionError {
  return new ExpressionError("syntax", "This comment is never closed: add `#}`", {
    text,
    span: { start, end: start + 2 },
  });
}
