import { CallError } from "../call-error.ts";
import type { Meter } from "../meter.ts";
import { isList, isMap, jsonOf, mapOf, propertyOf, textOf } from "../value.ts";
import { arithmetic } from "./arithmetic.ts";
import { findJqFunction } from "./functions.ts";
import type { Jq } from "./syntax.ts";
import { compareJq, jqType } from "./value-order.ts";

export interface JqContext {
  meter: Meter;
  variables: ReadonlyMap<string, unknown>;
}

/** Every result of the program, one after the other. @throws CallError */
export function* evaluateJq(program: Jq, input: unknown, context: JqContext): Generator<unknown> {
  context.meter.step();
  switch (program.kind) {
    case "identity":
      yield input;
      return;
    case "literal":
      yield program.value;
      return;
    case "descend":
      yield* descend(input, context);
      return;
    case "variable":
      yield variable(program.name, context);
      return;
    case "text":
      yield* text(program.parts, input, context);
      return;
    case "index":
      yield* indexed(program, input, context);
      return;
    case "slice":
      yield* slice(program, input, context);
      return;
    case "iterate":
      for (const target of evaluateJq(program.target, input, context)) yield* itemsOf(target);
      return;
    case "try":
      yield* attempt(program.body, input, context);
      return;
    case "comma":
      yield* evaluateJq(program.left, input, context);
      yield* evaluateJq(program.right, input, context);
      return;
    case "binary":
      yield* binary(program, input, context);
      return;
    case "negate":
      for (const value of evaluateJq(program.body, input, context)) yield arithmetic("-", 0, value);
      return;
    case "list":
      yield program.body === null ? [] : collect(program.body, input, context);
      return;
    case "map":
      yield* maps(program.entries, input, context);
      return;
    case "pipe":
    case "if":
    case "bind":
      yield* continued(program, input, context);
      return;
    case "reduce":
      yield reduce(program, input, context);
      return;
    case "call":
      yield* call(program, input, context);
  }
}

function* call(
  program: Extract<Jq, { kind: "call" }>,
  input: unknown,
  context: JqContext,
): Generator<unknown> {
  const run = (position: number, value: unknown): IterableIterator<unknown> => {
    const argument = program.arguments[position];
    return argument === undefined ? [].values() : evaluateJq(argument, value, context);
  };
  const compute = findJqFunction(program.name, program.arguments.length);
  for (const value of compute(input, { context, run })) {
    context.meter.charge(value);
    yield value;
  }
}

/** Programs whose second part runs for each result of the first. */
function* continued(
  program: Extract<Jq, { kind: "pipe" | "if" | "bind" }>,
  input: unknown,
  context: JqContext,
): Generator<unknown> {
  if (program.kind === "pipe") {
    for (const value of evaluateJq(program.left, input, context)) {
      yield* evaluateJq(program.right, value, context);
    }
  } else if (program.kind === "if") {
    for (const value of evaluateJq(program.condition, input, context)) {
      yield* evaluateJq(isTrue(value) ? program.yes : program.no, input, context);
    }
  } else {
    for (const value of evaluateJq(program.source, input, context)) {
      yield* evaluateJq(program.body, input, withVariable(context, program.name, value));
    }
  }
}

function* indexed(
  program: Extract<Jq, { kind: "index" }>,
  input: unknown,
  context: JqContext,
): Generator<unknown> {
  for (const target of evaluateJq(program.target, input, context)) {
    for (const key of evaluateJq(program.key, input, context)) yield index(target, key);
  }
}

function isTrue(value: unknown): boolean {
  return value !== null && value !== false;
}

function collect(body: Jq, input: unknown, context: JqContext): unknown[] {
  const values = [...evaluateJq(body, input, context)];
  context.meter.charge(values);
  return values;
}

function withVariable(context: JqContext, name: string, value: unknown): JqContext {
  return { ...context, variables: new Map([...context.variables, [name, value]]) };
}

function variable(name: string, context: JqContext): unknown {
  if (context.variables.has(name)) return context.variables.get(name);
  throw new CallError(`jq: there is no variable \`$${name}\``);
}

function index(target: unknown, key: unknown): unknown {
  if (target === null) return null;
  if (isMap(target) && typeof key === "string") return propertyOf(target, key) ?? null;
  if (isList(target) && typeof key === "number") {
    return target.at(Math.floor(key)) ?? null;
  }
  throw new CallError(`jq: cannot index ${jqType(target)} with ${jqType(key)}`);
}

function* itemsOf(target: unknown): Generator<unknown> {
  if (isList(target)) yield* target;
  else if (isMap(target)) yield* Object.values(target);
  else throw new CallError(`jq: cannot iterate over ${jqType(target)}`);
}

function* descend(input: unknown, context: JqContext): Generator<unknown> {
  context.meter.step();
  yield input;
  if (!isList(input) && !isMap(input)) return;
  for (const item of itemsOf(input)) yield* descend(item, context);
}

function* slice(
  { target, from, to }: Extract<Jq, { kind: "slice" }>,
  input: unknown,
  context: JqContext,
): Generator<unknown> {
  const bound = (value: unknown): number | undefined => {
    if (value === null) return undefined;
    if (typeof value === "number") return Math.floor(value);
    throw new CallError("jq: the ends of a slice must be numbers");
  };
  const nothing: Jq = { kind: "literal", value: null };
  for (const value of evaluateJq(target, input, context)) {
    for (const end of evaluateJq(to ?? nothing, input, context)) {
      for (const start of evaluateJq(from ?? nothing, input, context)) {
        if (value === null) yield null;
        else if (isList(value) || typeof value === "string") {
          yield value.slice(bound(start), bound(end));
        } else throw new CallError(`jq: cannot slice ${jqType(value)}`);
      }
    }
  }
}

function* attempt(body: Jq, input: unknown, context: JqContext): Generator<unknown> {
  try {
    yield* evaluateJq(body, input, context);
  } catch (error) {
    // `?` is there to leave out what cannot be done; a limit or our own mistake is not that.
    if (!(error instanceof CallError) || error.kind !== "evaluation") throw error;
  }
}

function* text(parts: (string | Jq)[], input: unknown, context: JqContext): Generator<unknown> {
  let texts = [""];
  for (const part of parts) {
    const added =
      typeof part === "string"
        ? [part]
        : collect(part, input, context).map((value) =>
            typeof value === "string" ? value : jsonOf(value),
          );
    context.meter.step(texts.length * added.length);
    texts = texts.flatMap((one) => added.map((other) => one + other));
    context.meter.charge(texts);
  }
  yield* texts;
}

function* binary(
  { operator, left, right }: Extract<Jq, { kind: "binary" }>,
  input: unknown,
  context: JqContext,
): Generator<unknown> {
  if (operator === "//") {
    yield* alternative(left, right, input, context);
    return;
  }
  if (operator === "and" || operator === "or") {
    for (const value of evaluateJq(left, input, context)) {
      if (isTrue(value) === (operator === "or")) yield isTrue(value);
      else for (const other of evaluateJq(right, input, context)) yield isTrue(other);
    }
    return;
  }
  for (const second of evaluateJq(right, input, context)) {
    for (const first of evaluateJq(left, input, context)) {
      const sizes = [context.meter.charge(first), context.meter.charge(second)];
      if (operator === "-") context.meter.chargeProduct(sizes[0] ?? 0, sizes[1] ?? 0);
      const order = "=<>!".includes(operator.charAt(0)) ? compareJq(first, second) : null;
      const value = order === null ? arithmetic(operator, first, second) : holds(operator, order);
      context.meter.charge(value);
      yield value;
    }
  }
}

function holds(operator: string, order: number): boolean {
  if (operator === "==") return order === 0;
  if (operator === "!=") return order !== 0;
  if (order === 0) return operator.endsWith("=");
  return operator.startsWith("<") ? order < 0 : order > 0;
}

function* alternative(
  ...[left, right, input, context]: [Jq, Jq, unknown, JqContext]
): Generator<unknown> {
  let isFound = false;
  for (const value of attempt(left, input, context)) {
    if (!isTrue(value)) continue;
    isFound = true;
    yield value;
  }
  if (!isFound) yield* evaluateJq(right, input, context);
}

function* maps(
  entries: { key: Jq; value: Jq }[],
  input: unknown,
  context: JqContext,
): Generator<unknown> {
  let made: [string, unknown][][] = [[]];
  for (const { key, value } of entries) {
    const keys = collect(key, input, context);
    const values = collect(value, input, context);
    const pairs = keys.flatMap((one) =>
      values.map((other): [string, unknown] => [textOf(one), other]),
    );
    context.meter.step(made.length * pairs.length);
    made = made.flatMap((one) => pairs.map((pair) => [...one, pair]));
  }
  for (const one of made) {
    const value = mapOf(one);
    context.meter.charge(value);
    yield value;
  }
}

function reduce(
  { source, name, initial, update }: Extract<Jq, { kind: "reduce" }>,
  input: unknown,
  context: JqContext,
): unknown {
  let state = collect(initial, input, context).at(-1) ?? null;
  for (const value of evaluateJq(source, input, context)) {
    state = collect(update, state, withVariable(context, name, value)).at(-1) ?? null;
  }
  return state;
}
