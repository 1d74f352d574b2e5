/** What kind of wrong: `undefined` is what `??` and `is defined` catch. */
export type ExpressionErrorKind = "syntax" | "undefined" | "evaluation" | "limit" | "unsupported";

/** A piece of a template's text: offsets of its first character and of the one after its last. */
export interface Span {
  start: number;
  end: number;
}

/**
 * An expression that cannot be read or evaluated. `message` is for a person and has no value of the
 * evaluation in it, because a value may be a secret.
 */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly kind: ExpressionErrorKind;
  /** From 0: where the wrong piece of the text begins. */
  readonly offset: number;
  /** Of the wrong piece; at least 1 unless the text is empty. */
  readonly length: number;
  readonly #text: string;

  constructor(
    kind: ExpressionErrorKind,
    message: string,
    where: { text: string; span: Span; cause?: unknown },
  ) {
    super(message, { cause: where.cause });
    this.kind = kind;
    this.offset = Math.min(where.span.start, where.text.length);
    this.length = Math.max(
      Math.min(where.span.end, where.text.length) - this.offset,
      Math.min(1, where.text.length),
    );
    this.#text = where.text;
  }

  /** From 1, in the template's text. */
  get line(): number {
    return positionOf(this.#text, this.offset).line;
  }

  /** From 1, in UTF-16 units. */
  get column(): number {
    return positionOf(this.#text, this.offset).column;
  }
}

/** Line and column (both from 1) of an offset. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
