import type { Span } from "./expression-error.ts";
import type { Argument, Expression, FilterCall, Template, TemplateNode } from "./syntax.ts";

/** Something a template names: a variable of the flow, or a function, filter or test. */
export type Reference = VariableReference | CallReference;

export interface VariableReference extends Span {
  kind: "variable";
  /** As far as it is written out: `outputs.a.vars[x]` gives `["outputs", "a", "vars"]`. */
  path: string[];
  /** The place of each name of the path. */
  segments: Span[];
  /** Whether its absence is no error: left of `??`, before `| default` or `is defined`. */
  isOptional: boolean;
}

export interface CallReference extends Span {
  kind: "function" | "filter" | "test";
  name: string;
  /** Positional arguments that are written as plain texts, null for the others: `secret('KEY')`. */
  literals: (string | null)[];
  /** The names of its named arguments. */
  named: string[];
}

/**
 * All that a template refers to, in the order of the text. Variables of its own (`set`, `for`,
 * macros and their parameters) are not in it.
 */
export function referencesOf(template: Template): Reference[] {
  const walker: Walker = { locals: new Set(["loop"]), macros: new Set(), found: [] };
  for (const node of template.nodes) collectNames(node, walker);
  walkNodes(template.nodes, walker);
  return walker.found.toSorted((left, right) => left.start - right.start);
}

interface Walker {
  locals: Set<string>;
  macros: Set<string>;
  found: Reference[];
}

function collectNames(node: TemplateNode, walker: Walker): void {
  if (node.kind === "set") walker.locals.add(node.name);
  if (node.kind === "for") walker.locals.add(node.variable);
  if (node.kind === "macro") {
    walker.macros.add(node.name);
    for (const parameter of node.parameters) walker.locals.add(parameter.name);
  }
  for (const body of bodiesOf(node)) for (const inner of body) collectNames(inner, walker);
}

function bodiesOf(node: TemplateNode): TemplateNode[][] {
  switch (node.kind) {
    case "if":
      return [...node.branches.map((branch) => branch.body), node.otherwise];
    case "for":
      return [node.body, node.otherwise];
    case "filter":
    case "macro":
    case "block":
      return [node.body];
    case "text":
    case "print":
    case "set":
      return [];
  }
}

function walkNodes(nodes: TemplateNode[], walker: Walker): void {
  for (const node of nodes) {
    for (const expression of expressionsOf(node)) walk(expression, walker, false);
    if (node.kind === "filter") for (const filter of node.filters) walkFilter(filter, walker);
    for (const body of bodiesOf(node)) walkNodes(body, walker);
  }
}

function expressionsOf(node: TemplateNode): Expression[] {
  switch (node.kind) {
    case "print":
      return [node.expression];
    case "if":
      return node.branches.map((branch) => branch.condition);
    case "for":
      return [node.list];
    case "set":
      return [node.value];
    case "macro":
      return node.parameters.flatMap((parameter) => parameter.fallback ?? []);
    case "text":
    case "filter":
    case "block":
      return [];
  }
}

function walk(expression: Expression, walker: Walker, isOptional: boolean): void {
  switch (expression.kind) {
    case "literal":
      return;
    case "variable":
    case "attribute":
      walkPath(expression, walker, isOptional);
      return;
    case "call":
      if (!walker.macros.has(expression.name)) addCall("function", expression, walker);
      walkArguments(expression.arguments, walker, isOptional);
      return;
    case "filter":
      walk(expression.target, walker, isOptional || expression.filter.name === "default");
      walkFilter(expression.filter, walker, isOptional);
      return;
    case "test":
      walk(expression.target, walker, isOptional || expression.name === "defined");
      addCall("test", expression, walker);
      walkArguments(expression.arguments, walker, isOptional);
      return;
    case "binary": {
      const isCoalescing = expression.operator === "??" || expression.operator === "???";
      walk(expression.left, walker, isOptional || isCoalescing);
      walk(expression.right, walker, isOptional);
      return;
    }
    case "unary":
      walk(expression.operand, walker, isOptional);
      return;
    case "ternary":
      for (const part of [expression.condition, expression.yes, expression.no]) {
        walk(part, walker, isOptional);
      }
      return;
    case "list":
      for (const item of expression.items) walk(item, walker, isOptional);
      return;
    case "map":
      for (const { key, value } of expression.entries) {
        walk(key, walker, isOptional);
        walk(value, walker, isOptional);
      }
  }
}

/** A chain of properties; keys that are not written out end the path and are walked themselves. */
function walkPath(expression: Expression, walker: Walker, isOptional: boolean): void {
  const keys: Expression[] = [];
  let root = expression;
  while (root.kind === "attribute") {
    keys.unshift(root.key);
    root = root.target;
  }
  if (root.kind !== "variable") {
    walk(root, walker, isOptional);
  } else if (!walker.locals.has(root.name)) {
    const computed = keys.findIndex((key) => literalKey(key) === null);
    const written = computed === -1 ? keys : keys.slice(0, computed);
    walker.found.push({
      kind: "variable",
      path: [root.name, ...written.flatMap((key) => literalKey(key) ?? [])],
      segments: [spanOf(root), ...written.map(spanOf)],
      isOptional,
      start: root.start,
      end: expression.end,
    });
  }
  for (const key of keys) if (literalKey(key) === null) walk(key, walker, isOptional);
}

function literalKey(key: Expression): string | null {
  if (key.kind !== "literal") return null;
  return typeof key.value === "string" || typeof key.value === "number" ? String(key.value) : null;
}

function spanOf({ start, end }: Span): Span {
  return { start, end };
}

function walkFilter(filter: FilterCall, walker: Walker, isOptional = false): void {
  addCall("filter", filter, walker);
  walkArguments(filter.arguments, walker, isOptional);
}

function walkArguments(list: readonly Argument[], walker: Walker, isOptional: boolean): void {
  for (const argument of list) walk(argument.value, walker, isOptional);
}

function addCall(
  kind: CallReference["kind"],
  call: { name: string; nameSpan: Span; arguments: readonly Argument[] },
  walker: Walker,
): void {
  const named = call.arguments.flatMap((argument) => argument.name ?? []);
  const literals = call.arguments
    .filter((argument) => argument.name === null)
    .map(({ value }) =>
      value.kind === "literal" && typeof value.value === "string" ? value.value : null,
    );
  walker.found.push({ kind, name: call.name, literals, named, ...spanOf(call.nameSpan) });
}
