import { environmentFor, executeTemplate } from "./execute.ts";
import { evaluate } from "./evaluate.ts";
import { DEFAULT_BUDGET, Meter } from "./meter.ts";
import { hasExpressions, parseTemplate } from "./parse.ts";
import type { Budget, Scope } from "./scope.ts";
import type { Expression, Template } from "./syntax.ts";
import { isList, isMap, mapOf } from "./value.ts";

export interface RenderOptions {
  /** Limits that differ from the usual ones. */
  budget?: Partial<Budget>;
}

/**
 * The text with its expressions replaced by their values. A variable that is not there is an error.
 * @throws ExpressionError
 */
export async function renderTemplate(
  text: string,
  scope: Scope,
  options: RenderOptions = {},
): Promise<string> {
  if (!hasExpressions(text)) return text;
  return executeTemplate(parseTemplate(text), scope, meterFor(options));
}

/**
 * The value itself when the whole text is one `{{ … }}` (white space around it aside), else the
 * rendered text.
 * @throws ExpressionError
 */
export async function evaluateExpression(
  text: string,
  scope: Scope,
  options: RenderOptions = {},
): Promise<unknown> {
  if (!hasExpressions(text)) return text;
  const template = parseTemplate(text);
  const expression = onlyExpression(template);
  const meter = meterFor(options);
  if (expression === null) return executeTemplate(template, scope, meter);
  const value = await evaluate(expression, environmentFor(template, scope, meter));
  meter.charge(value);
  return value;
}

/**
 * A copy of a JSON value with every text in it rendered, keys as well; null, numbers and booleans
 * stay. Values that come out of an expression are texts, as in Kestra.
 * @throws ExpressionError
 */
export async function renderDeep(
  value: unknown,
  scope: Scope,
  options: RenderOptions = {},
): Promise<unknown> {
  if (typeof value === "string") return renderTemplate(value, scope, options);
  if (isList(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await renderDeep(item, scope, options));
    return items;
  }
  if (!isMap(value)) return value;
  const entries: [string, unknown][] = [];
  for (const [key, entry] of Object.entries(value)) {
    entries.push([
      await renderTemplate(key, scope, options),
      await renderDeep(entry, scope, options),
    ]);
  }
  return mapOf(entries);
}

function meterFor(options: RenderOptions): Meter {
  return new Meter({ ...DEFAULT_BUDGET, ...options.budget });
}

function onlyExpression(template: Template): Expression | null {
  const nodes = template.nodes.filter((node) => node.kind !== "text" || node.text.trim() !== "");
  const [only] = nodes;
  return nodes.length === 1 && only?.kind === "print" ? only.expression : null;
}
