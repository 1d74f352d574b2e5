import { ExpressionError, type Span } from "./expression-error.ts";

/** A part of a string with `#{…}` in it: text, or the tokens of an inserted expression. */
type StringPart = string | Token[];

export interface Token extends Span {
  type: "name" | "number" | "string" | "symbol" | "end";
  /** The name, the digits, the symbol; the unescaped text of a string without insertions. */
  value: string;
  /** Only for strings with `#{…}`. */
  parts?: StringPart[];
}

const SYMBOLS = [
  "???",
  "??",
  "==",
  "!=",
  ">=",
  "<=",
  "..",
  ..."+-*/%~|<>()[]{}?:.,=".split(""),
] as const;

/** What people write in other languages, and what it is called here. */
const FOREIGN: Record<string, string> = {
  "&&": "`and`",
  "!": "`not`",
  "`": "' or \"",
  ";": "nothing",
};

const NAME = /[\p{L}_][\p{L}\p{Nd}_]*/uy;
const NUMBER = /[0-9]+(?:\.[0-9]+|L)?/y;
const SPACE = /\s*/y;
const CLOSERS: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

export interface LexedTag {
  tokens: Token[];
  /** Offset after the closing delimiter. */
  end: number;
  /** Whether it is closed with `-`, which removes the white space that follows. */
  trimsAfter: boolean;
}

interface OpenTag {
  closer: string;
  /** Offset of the opening delimiter. */
  start: number;
  /** How many `#{…}` are around. */
  depth: number;
}

const MAX_INSERTIONS = 20;

/**
 * Reads the tokens from `from` up to the closing delimiter (`}}`, `%}` or `}`) outside of brackets.
 * @throws ExpressionError for what is no token, and when the closing delimiter is missing
 */
export function lexTag(text: string, from: number, tag: OpenTag): LexedTag {
  if (tag.depth > MAX_INSERTIONS) {
    throw new ExpressionError("limit", "Strings are inserted into each other too often", {
      text,
      span: { start: tag.start, end: tag.start + 2 },
    });
  }
  const tokens: Token[] = [];
  const brackets: { closer: string; start: number }[] = [];
  let at = from;
  for (;;) {
    at += matchAt(SPACE, text, at)?.length ?? 0;
    if (brackets.length === 0) {
      const dash = tag.closer.length === 2 && text.startsWith(`-${tag.closer}`, at) ? 1 : 0;
      if (text.startsWith(tag.closer, at + dash)) {
        tokens.push({
          type: "end",
          value: tag.closer,
          start: at,
          end: at + dash + tag.closer.length,
        });
        return { tokens, end: at + dash + tag.closer.length, trimsAfter: dash === 1 };
      }
    }
    if (at >= text.length) throw unclosed(text, brackets.at(-1) ?? tag);
    const token = lexToken(text, at, tag.depth);
    trackBrackets(text, token, brackets);
    tokens.push(token);
    at = token.end;
  }
}

function unclosed(text: string, open: { closer: string; start: number }): ExpressionError {
  return new ExpressionError("syntax", `This is never closed: add \`${open.closer}\``, {
    text,
    span: { start: open.start, end: open.start + open.closer.length },
  });
}

function trackBrackets(
  text: string,
  token: Token,
  brackets: { closer: string; start: number }[],
): void {
  if (token.type !== "symbol") return;
  const closer = CLOSERS[token.value];
  if (closer !== undefined) {
    brackets.push({ closer, start: token.start });
    return;
  }
  if (!")]}".includes(token.value)) return;
  const open = brackets.pop();
  if (open?.closer === token.value) return;
  throw new ExpressionError(
    "syntax",
    open === undefined
      ? `\`${token.value}\` closes nothing: remove it`
      : `\`${token.value}\` stands where \`${open.closer}\` is needed`,
    { text, span: token },
  );
}

function lexToken(text: string, at: number, depth: number): Token {
  const name = matchAt(NAME, text, at);
  if (name !== null) return { type: "name", value: name, start: at, end: at + name.length };
  const number = matchAt(NUMBER, text, at);
  if (number !== null) return { type: "number", value: number, start: at, end: at + number.length };
  const quote = text.charAt(at);
  if (quote === "'" || quote === '"') return lexString(text, at, depth);
  const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, at));
  if (symbol !== undefined) {
    return { type: "symbol", value: symbol, start: at, end: at + symbol.length };
  }
  const foreign = Object.keys(FOREIGN).find((candidate) => text.startsWith(candidate, at));
  const character = foreign ?? String.fromCodePoint(text.codePointAt(at) ?? 0);
  throw new ExpressionError(
    "syntax",
    foreign === undefined
      ? `\`${character}\` cannot stand in an expression`
      : `\`${character}\` is not known here: write ${FOREIGN[foreign] ?? "it otherwise"}`,
    { text, span: { start: at, end: at + character.length } },
  );
}

/**
 * As in Pebble a backslash only escapes the quote and itself, so that `'\d+'` and `'\n'` stay as they
 * are written; `#{…}` inserts an expression into a double-quoted string.
 */
function lexString(text: string, start: number, depth: number): Token {
  const quote = text.charAt(start);
  const parts: StringPart[] = [];
  let part = "";
  let at = start + 1;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === "\\") {
      const next = text.charAt(at + 1);
      part += next === quote || next === "\\" ? next : character + next;
      at += 2;
    } else if (character === quote) {
      if (parts.length === 0) return { type: "string", value: part, start, end: at + 1 };
      return { type: "string", value: "", parts: [...parts, part], start, end: at + 1 };
    } else if (quote === '"' && text.startsWith("#{", at)) {
      const inserted = lexTag(text, at + 2, { closer: "}", start: at, depth: depth + 1 });
      parts.push(part, inserted.tokens);
      part = "";
      at = inserted.end;
    } else {
      part += character;
      at += 1;
    }
  }
  throw unclosed(text, { closer: quote, start });
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
