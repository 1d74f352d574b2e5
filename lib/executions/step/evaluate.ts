import type { Failure } from "#lib/core/failure.ts";
import type { Evaluated, Verdict } from "#lib/engine/snapshot.ts";
import { ExpressionError } from "#lib/expression/expression-error.ts";
import { evaluateExpression, renderDeep, renderTemplate } from "#lib/expression/render.ts";
import type { Scope } from "#lib/expression/scope.ts";
import { isTruthy } from "#lib/expression/truthy.ts";
import type { FlowOutput, Task } from "#lib/flow/flow.ts";
import type { Masks } from "../masks.ts";

/** Whether the task runs, as its `runIf` says; `masks` are told of secrets while it is evaluated. */
export async function conditionOf(task: Task, scope: Scope, masks: Masks): Promise<Verdict> {
  try {
    return { runs: isTruthy(await renderTemplate(task.runIf, scope)) };
  } catch (error) {
    const where = `runIf of task ${task.id}`;
    return { failure: masks.texts(expressionFailure(error, where, task.range.startLine)) };
  }
}

/** The flow's outputs, without the secrets that `masks` are told of while they are evaluated. */
export async function outputsOf(
  outputs: FlowOutput[],
  scope: Scope,
  masks: Masks,
): Promise<Evaluated> {
  const values: Record<string, unknown> = {};
  for (const output of outputs) {
    const where = `output ${output.id}`;
    try {
      const { value } = output;
      const found =
        typeof value === "string"
          ? await evaluateExpression(value, scope)
          : await renderDeep(value, scope);
      const shown = masks.deep(found);
      // A text that a secret was taken out of is no number and no JSON any more.
      const isMasked = typeof found === "string" && shown !== found;
      values[output.id] = isMasked ? shown : typed(shown, output);
    } catch (error) {
      return { failure: masks.texts(expressionFailure(error, where, null)) };
    }
  }
  return { values };
}

/** A value in the type that the output declares; texts stand for numbers and flags. @throws TypeError */
function typed(value: unknown, { type }: FlowOutput): unknown {
  if (typeof value !== "string") return type === "STRING" ? textOf(value) : value;
  if (type === "INT" || type === "FLOAT") {
    const number = Number(value);
    const isFine = type === "INT" ? Number.isSafeInteger(number) : Number.isFinite(number);
    if (value.trim() !== "" && isFine) return number;
    throw new TypeError(`its value is no ${type}`);
  }
  if (type === "BOOL" || type === "BOOLEAN") return isTruthy(value);
  return type === "JSON" || type === "ARRAY" ? JSON.parse(value) : value;
}

function textOf(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

/** What a person reads when an expression of the flow fails. Other errors than ours go on. */
export function expressionFailure(error: unknown, where: string, line: number | null): Failure {
  const isOurs =
    error instanceof ExpressionError || error instanceof TypeError || error instanceof SyntaxError;
  if (!isOurs) throw error;
  return {
    kind: "expression",
    message: `The expression in ${where} cannot be evaluated: ${error.message}`,
    remedy: "Correct the expression in the flow.",
    evidence: "",
    fault: "user",
    exitCode: null,
    line,
  };
}
