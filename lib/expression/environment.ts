import { CallError } from "./call-error.ts";
import type { CallContext } from "./call.ts";
import { ExpressionError, type Span } from "./expression-error.ts";
import type { Frames } from "./frames.ts";
import type { MacroNode } from "./syntax.ts";

/** What the evaluation of one template works with. */
export interface Environment extends CallContext {
  /** Of the template, for the places of errors. */
  text: string;
  frames: Frames;
  macros: Map<string, MacroNode>;
  /** The `{{ … }}` or `{% … %}` that is being evaluated, for messages. */
  tag: Span;
  /** How many expressions are around the one that is being evaluated. */
  depth: number;
  /** Above 0 inside of what may be undefined: then errors need no explanation. */
  quiet: number;
  callMacro(macro: MacroNode, values: ReadonlyMap<string, unknown>): Promise<string>;
  showBlock(name: string): Promise<string>;
}

/** The error with its place, unless it has one; any other exception is ours and stays as it is. */
export function located(
  error: unknown,
  where: { environment: Environment; span: Span; name?: string },
): unknown {
  if (!(error instanceof CallError)) return error;
  const message = where.name === undefined ? error.message : `\`${where.name}\`: ${error.message}`;
  return new ExpressionError(error.kind, message, {
    text: where.environment.text,
    span: where.span,
    cause: error.cause,
  });
}
