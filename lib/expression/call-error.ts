import type { ExpressionErrorKind } from "./expression-error.ts";

/**
 * What a function, filter or operator cannot do. The evaluator adds the place and makes an
 * ExpressionError of it. The message names types, never values: a value may be a secret.
 */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly kind: ExpressionErrorKind;

  constructor(message: string, options: { kind?: ExpressionErrorKind; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.kind = options.kind ?? "evaluation";
  }
}
