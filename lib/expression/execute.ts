import { CallError } from "./call-error.ts";
import { type Environment, located } from "./environment.ts";
import { applyFilter, evaluate } from "./evaluate.ts";
import type { Span } from "./expression-error.ts";
import { Frames } from "./frames.ts";
import type { Meter } from "./meter.ts";
import { parseTemplate } from "./parse.ts";
import type { Scope } from "./scope.ts";
import type { ForNode, MacroNode, Template, TemplateNode } from "./syntax.ts";
import { isList, isMap, isTrue, textOf, typeNameOf } from "./value.ts";

/** The text of a template. @throws ExpressionError */
export async function executeTemplate(
  template: Template,
  scope: Scope,
  meter: Meter,
): Promise<string> {
  const environment = environmentFor(template, scope, meter);
  return executeNodes(template.nodes, environment);
}

/** What a template is evaluated with; also for a single expression of it. */
export function environmentFor(template: Template, scope: Scope, meter: Meter): Environment {
  const macros = new Map<string, MacroNode>();
  const blocks = new Map<string, TemplateNode[]>();
  collect(template.nodes, macros, blocks);
  const environment: Environment = {
    text: template.text,
    scope,
    meter,
    frames: new Frames(),
    macros,
    tag: { start: 0, end: template.text.length },
    depth: 0,
    quiet: 0,
    render: (text) => executeTemplate(parseTemplate(text), scope, meter),
    callMacro: (macro, values) => callMacro(macro, values, environment),
    showBlock: (name) => {
      const body = blocks.get(name);
      if (body === undefined) throw new CallError(`There is no block \`${name}\``);
      return executeNodes(body, environment);
    },
  };
  return environment;
}

/** Macros and blocks can be used before the place where they are written. */
function collect(
  nodes: TemplateNode[],
  macros: Map<string, MacroNode>,
  blocks: Map<string, TemplateNode[]>,
): void {
  for (const node of nodes) {
    if (node.kind === "macro") macros.set(node.name, node);
    if (node.kind !== "block") continue;
    blocks.set(node.name, node.body);
    collect(node.body, macros, blocks);
  }
}

async function executeNodes(nodes: TemplateNode[], environment: Environment): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for (const node of nodes) {
    try {
      await environment.meter.stepAsync();
      const piece = await executeNode(node, environment);
      length += piece.length;
      environment.meter.checkCharacters(length);
      pieces.push(piece);
    } catch (error) {
      throw located(error, { environment, span: node });
    }
  }
  return pieces.join("");
}

async function executeNode(node: TemplateNode, environment: Environment): Promise<string> {
  environment.tag = tagOf(node, environment.text);
  switch (node.kind) {
    case "text":
      return node.text;
    case "print": {
      const value = await evaluate(node.expression, environment);
      environment.meter.charge(value);
      return textOf(value);
    }
    case "if": {
      for (const branch of node.branches) {
        if (isTrue(await evaluate(branch.condition, environment))) {
          return executeNodes(branch.body, environment);
        }
      }
      return executeNodes(node.otherwise, environment);
    }
    case "for":
      return repeat(node, environment);
    case "set":
      environment.frames.set(node.name, await evaluate(node.value, environment));
      return "";
    case "filter": {
      let value: unknown = await executeNodes(node.body, environment);
      for (const filter of node.filters) value = await applyFilter(filter, value, environment);
      return textOf(value);
    }
    case "macro":
      return "";
    case "block":
      return executeNodes(node.body, environment);
  }
}

/** The first `{{ … }}` or `{% … %}` of a node. */
function tagOf(node: TemplateNode, text: string): Span {
  if (node.kind === "text" || node.kind === "print") return node;
  const end = text.indexOf("%}", node.start);
  return { start: node.start, end: end === -1 ? node.end : end + 2 };
}

async function repeat(node: ForNode, environment: Environment): Promise<string> {
  const items = itemsOf(await evaluate(node.list, environment));
  if (items.length === 0) return executeNodes(node.otherwise, environment);
  const pieces: string[] = [];
  let characters = 0;
  for (const [index, item] of items.entries()) {
    const loop = {
      index,
      length: items.length,
      first: index === 0,
      last: index === items.length - 1,
      revindex: items.length - index - 1,
    };
    environment.frames.push([
      [node.variable, item ?? null],
      ["loop", loop],
    ]);
    const piece = await executeNodes(node.body, environment).finally(() =>
      environment.frames.pop(),
    );
    characters += piece.length;
    environment.meter.checkCharacters(characters);
    pieces.push(piece);
  }
  return pieces.join("");
}

function itemsOf(value: unknown): unknown[] {
  if (value === null) return [];
  if (isList(value)) return value;
  if (isMap(value)) return Object.entries(value).map(([key, entry]) => ({ key, value: entry }));
  throw new CallError(
    `\`for\` needs a list or a map, but this is ${typeNameOf(value)}${typeof value === "string" ? ": turn a JSON text into a list with `fromJson(…)`" : ""}`,
  );
}

/** A macro sees its arguments and the variables of the flow, not those of `set` and `for`. */
async function callMacro(
  macro: MacroNode,
  values: ReadonlyMap<string, unknown>,
  caller: Environment,
): Promise<string> {
  const environment = { ...caller, frames: new Frames() };
  for (const { name, fallback } of macro.parameters) {
    const value = values.get(name);
    if (value !== undefined) environment.frames.set(name, value);
    else environment.frames.set(name, fallback && (await evaluate(fallback, environment)));
  }
  return executeNodes(macro.body, environment);
}
