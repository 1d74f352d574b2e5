import type { Scalar } from "yaml";

/**
 * Where each character of a scalar's value stands in the source, and where its content ends. Quotes,
 * escapes, indentation and folded lines make the two differ; they are walked side by side.
 */
export function sourceOffsets(text: string, scalar: Scalar): Uint32Array {
  const value = typeof scalar.value === "string" ? scalar.value : "";
  const offsets = new Uint32Array(value.length + 1);
  let at = contentStart(text, scalar, scalar.range?.[0] ?? 0);
  for (let index = 0; index < value.length; index += 1) {
    const step = nextCharacter(text, scalar, at, value.charAt(index));
    offsets[index] = step.at;
    at = step.after;
  }
  offsets[value.length] = at;
  return offsets;
}

function contentStart(text: string, scalar: Scalar, start: number): number {
  if (scalar.type === "QUOTE_DOUBLE" || scalar.type === "QUOTE_SINGLE") return start + 1;
  if (scalar.type !== "BLOCK_LITERAL" && scalar.type !== "BLOCK_FOLDED") return start;
  const header = text.indexOf("\n", start);
  return header === -1 ? text.length : header + 1;
}

/** Finds the character from `at` on: where it begins in the source, and where it ends. */
function nextCharacter(
  text: string,
  scalar: Scalar,
  from: number,
  character: string,
): { at: number; after: number } {
  let at = from;
  while (at < text.length) {
    const found = text.charAt(at);
    if (found === "\\" && scalar.type === "QUOTE_DOUBLE") {
      const length = escapeLength(text, at);
      const isContinuation = /[\r\n]/.test(text.charAt(at + 1));
      if (!isContinuation) return { at, after: at + length };
      at += 2;
      continue;
    }
    if (found === "'" && scalar.type === "QUOTE_SINGLE") return { at, after: at + 2 };
    const isSpace = /\s/.test(found);
    if (found === character || !isSpace || /\s/.test(character)) return { at, after: at + 1 };
    at += 1;
  }
  return { at: text.length, after: text.length };
}

const ESCAPE_DIGITS: Record<string, number> = { x: 2, u: 4, U: 8 };

function escapeLength(text: string, at: number): number {
  return 2 + (ESCAPE_DIGITS[text.charAt(at + 1)] ?? 0);
}
