import { CallError } from "../call-error.ts";

/** One piece of a pattern of Java's DateTimeFormatter: a letter so many times, or plain text. */
export type PatternPart =
  | { kind: "field"; letter: string; count: number }
  | { kind: "text"; text: string }
  | { kind: "optional"; parts: PatternPart[] };

const MAX_LENGTH = 200;
const KNOWN_LETTERS = "GuyDMLdQqYwEecaBhKkHmsSAnNVvzOXxZ";

/** Names for patterns, of Kestra and of Java. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ["iso", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"],
  ["iso_sec", "yyyy-MM-dd'T'HH:mm:ssXXX"],
  ["sql", "yyyy-MM-dd HH:mm:ss.SSSSSS"],
  ["sql_seq", "yyyy-MM-dd HH:mm:ss"],
  ["iso_local_date", "yyyy-MM-dd"],
  ["iso_date", "yyyy-MM-dd[XXX]"],
  ["iso_ordinal_date", "yyyy-DDD[XXX]"],
  ["rfc_1123_date_time", "EEE, d MMM yyyy HH:mm:ss 'GMT'"],
]);

/** The pattern of a name; the text itself when it is none. */
export function patternNamed(format: string): string {
  return NAMED.get(format) ?? format;
}

/** @throws CallError for a letter that means nothing, or a quote or bracket that is never closed */
export function parsePattern(pattern: string): PatternPart[] {
  if (pattern.length > MAX_LENGTH) {
    throw new CallError("The date pattern is too long", { kind: "limit" });
  }
  const stack: PatternPart[][] = [[]];
  let at = 0;
  while (at < pattern.length) {
    const character = pattern.charAt(at);
    const parts = stack.at(-1) ?? [];
    if (character === "'") {
      const quoted = quotedText(pattern, at);
      parts.push({ kind: "text", text: quoted.text });
      at = quoted.end;
    } else if (character === "[") {
      const inner: PatternPart[] = [];
      parts.push({ kind: "optional", parts: inner });
      stack.push(inner);
      at += 1;
    } else if (character === "]") {
      if (stack.length === 1) throw new CallError("The date pattern has a `]` without a `[`");
      stack.pop();
      at += 1;
    } else if (/[A-Za-z]/.test(character)) {
      let end = at + 1;
      while (pattern.charAt(end) === character) end += 1;
      if (!KNOWN_LETTERS.includes(character)) throw unknownLetter(character);
      parts.push({ kind: "field", letter: character, count: end - at });
      at = end;
    } else {
      parts.push({ kind: "text", text: character });
      at += 1;
    }
  }
  return stack[0] ?? [];
}

function unknownLetter(letter: string): CallError {
  return new CallError(
    `The letter \`${letter}\` means nothing in a date pattern: put text in quotes, for example \`yyyy'T'HH\``,
  );
}

function quotedText(pattern: string, start: number): { text: string; end: number } {
  if (pattern.startsWith("''", start)) return { text: "'", end: start + 2 };
  let text = "";
  let at = start + 1;
  while (at < pattern.length) {
    if (pattern.startsWith("''", at)) {
      text += "'";
      at += 2;
    } else if (pattern.charAt(at) === "'") {
      return { text, end: at + 1 };
    } else {
      text += pattern.charAt(at);
      at += 1;
    }
  }
  throw new CallError("The date pattern has a quote that is never closed");
}
