import { laterParameter } from "./call.ts";
import type { CallError } from "./call-error.ts";
import { findTest } from "./conditions/table.ts";
import { ExpressionError } from "./expression-error.ts";
import { findFilter } from "./filters/table.ts";
import { findFunction } from "./functions/table.ts";
import { hasExpressions, parseTemplateSafely } from "./parse.ts";
import { type CallReference, type Reference, referencesOf } from "./references.ts";
import { unknownFilter, unknownFunction, unknownTest } from "./unknown-name.ts";

/**
 * What can be said about a text without evaluating it: its problems (syntax; functions, filters and
 * tests that do not exist or are not supported yet), and all it refers to.
 */
export function checkTemplate(text: string): {
  problems: ExpressionError[];
  references: Reference[];
} {
  if (!hasExpressions(text)) return { problems: [], references: [] };
  const { template, problem } = parseTemplateSafely(text);
  if (template === null) return { problems: [problem], references: [] };
  const references = referencesOf(template);
  const problems = references.flatMap((reference) => {
    const error = reference.kind === "variable" ? null : callProblem(reference);
    if (error === null) return [];
    const message = `\`${reference.kind === "variable" ? "" : reference.name}\`: ${error.message}`;
    return [new ExpressionError(error.kind, message, { text, span: reference })];
  });
  return { problems, references };
}

function callProblem(reference: CallReference): CallError | null {
  const { kind, name } = reference;
  if (kind === "filter") return findFilter(name) === undefined ? unknownFilter(name) : null;
  if (kind === "test") return findTest(name) === undefined ? unknownTest(name) : null;
  const definition = findFunction(name);
  if (definition === undefined) return name === "block" ? null : unknownFunction(name);
  const later = definition.later?.find((parameter) => {
    const index = definition.parameters.indexOf(`${parameter}?`);
    return reference.named.includes(parameter) || reference.literals.length > index;
  });
  return later === undefined ? null : laterParameter(later);
}
