import { type Arguments, bindArguments } from "./call.ts";
import { CallError } from "./call-error.ts";
import { findTest } from "./conditions/table.ts";
import { type Environment, located } from "./environment.ts";
import { ExpressionError } from "./expression-error.ts";
import { findFilter } from "./filters/table.ts";
import { findFunction } from "./functions/table.ts";
import { isDecimal, operate } from "./operate.ts";
import type {
  Argument,
  BinaryExpression,
  CallExpression,
  Expression,
  FilterCall,
  TestExpression,
} from "./syntax.ts";
import { undefinedProperty, undefinedVariable } from "./undefined-error.ts";
import { unknownFilter, unknownFunction, unknownTest } from "./unknown-name.ts";
import { isTrue, mapOf, propertyOf, textOf, typeNameOf } from "./value.ts";

/** Operators that look for one side in the other. */
const SEARCHING: ReadonlySet<string> = new Set(["contains", "in", "not in", "-"]);

const DEPTH_OF_ONE_STACK = 64;

/**
 * The value of an expression.
 * @throws ExpressionError at the innermost part that cannot be evaluated
 */
export async function evaluate(expression: Expression, environment: Environment): Promise<unknown> {
  environment.depth += 1;
  try {
    await environment.meter.stepAsync();
    // Goes on with an empty stack, so that no nesting can exhaust it.
    if (environment.depth % DEPTH_OF_ONE_STACK === 0) await Promise.resolve();
    const value = await valueOf(expression, environment);
    return value ?? null;
  } catch (error) {
    throw located(error, { environment, span: expression });
  } finally {
    environment.depth -= 1;
  }
}

async function valueOf(expression: Expression, environment: Environment): Promise<unknown> {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "variable":
      return variable(expression, environment);
    case "attribute":
      return attribute(expression, environment);
    case "call":
      return call(expression, environment);
    case "filter":
      return filtered(expression, environment);
    case "test":
      return test(expression, environment);
    case "binary":
      return binary(expression, environment);
    case "unary":
      return unary(expression, environment);
    case "ternary": {
      const isYes = isTrue(await evaluate(expression.condition, environment));
      return evaluate(isYes ? expression.yes : expression.no, environment);
    }
    case "list":
      return list(expression.items, environment);
    case "map":
      return map(expression.entries, environment);
  }
}

function variable(
  expression: Extract<Expression, { kind: "variable" }>,
  environment: Environment,
): unknown {
  const { name } = expression;
  const value = environment.frames.get(name) ?? propertyOf(environment.scope.variables, name);
  if (value !== undefined) return value;
  throw undefinedVariable(name, expression, environment);
}

async function attribute(
  expression: Extract<Expression, { kind: "attribute" }>,
  environment: Environment,
): Promise<unknown> {
  const owner = await evaluate(expression.target, environment);
  const key = await evaluate(expression.key, environment);
  const value = propertyOf(owner, key);
  if (value !== undefined) return value;
  throw undefinedProperty(
    { name: textOf(key), span: expression.key, owner, path: expression.target },
    environment,
  );
}

async function call(expression: CallExpression, environment: Environment): Promise<unknown> {
  const { name, nameSpan } = expression;
  const macro = environment.macros.get(name);
  const definition = findFunction(name);
  try {
    environment.meter.enter();
    await Promise.resolve();
    if (macro !== undefined) {
      const names = macro.parameters.map((parameter) => `${parameter.name}?`);
      const args = await argumentsOf(expression.arguments, names, environment);
      const values = macro.parameters.map((parameter) => parameter.name);
      const given = values
        .filter((one) => args.has(one))
        .map((one) => [one, args.value(one)] as const);
      return await environment.callMacro(macro, new Map(given));
    }
    if (name === "block") {
      const args = await argumentsOf(expression.arguments, ["name"], environment);
      return await environment.showBlock(args.text("name"));
    }
    if (definition === undefined) throw unknownFunction(name, environment.macros.keys());
    const args = await argumentsOf(expression.arguments, definition.parameters, environment);
    const result: unknown = await definition.call(args, environment);
    environment.meter.charge(result);
    return result;
  } catch (error) {
    throw located(error, { environment, span: nameSpan, name });
  } finally {
    environment.meter.leave();
  }
}

async function filtered(
  expression: Extract<Expression, { kind: "filter" }>,
  environment: Environment,
): Promise<unknown> {
  const { target, filter } = expression;
  const input =
    filter.name === "default"
      ? await evaluateOr(target, null, environment)
      : await evaluate(target, environment);
  return applyFilter(filter, input, environment);
}

/** Applies one filter to a value. @throws ExpressionError */
export async function applyFilter(
  filter: FilterCall,
  input: unknown,
  environment: Environment,
): Promise<unknown> {
  const { name, nameSpan } = filter;
  try {
    const definition = findFilter(name);
    if (definition === undefined) throw unknownFilter(name);
    environment.meter.charge(input);
    const args = await argumentsOf(filter.arguments, definition.parameters, environment);
    if (input === null && definition.takesNull !== true) return null;
    const result: unknown = await definition.apply(input, args, environment);
    environment.meter.charge(result);
    return result;
  } catch (error) {
    throw located(error, { environment, span: nameSpan, name });
  }
}

async function test(expression: TestExpression, environment: Environment): Promise<boolean> {
  const { name, nameSpan } = expression;
  const input =
    name === "defined"
      ? await evaluateOr(expression.target, null, environment)
      : await evaluate(expression.target, environment);
  try {
    const definition = findTest(name);
    if (definition === undefined) throw unknownTest(name);
    environment.meter.charge(input);
    const args = await argumentsOf(expression.arguments, definition.parameters, environment);
    return definition.test(input, args) !== expression.isNegated;
  } catch (error) {
    throw located(error, { environment, span: nameSpan, name });
  }
}

async function argumentsOf(
  given: readonly Argument[],
  parameters: readonly string[],
  environment: Environment,
): Promise<Arguments> {
  const values: { name: string | null; value: unknown }[] = [];
  for (const argument of given) {
    const value = await evaluate(argument.value, environment);
    environment.meter.charge(value);
    values.push({ name: argument.name, value });
  }
  return bindArguments(parameters, values);
}

/** The value, or `fallback` when something in the expression is undefined. */
async function evaluateOr(
  expression: Expression,
  fallback: null | undefined,
  environment: Environment,
): Promise<unknown> {
  environment.quiet += 1;
  try {
    return await evaluate(expression, environment);
  } catch (error) {
    if (error instanceof ExpressionError && error.kind === "undefined") return fallback;
    throw error;
  } finally {
    environment.quiet -= 1;
  }
}

async function binary(expression: BinaryExpression, environment: Environment): Promise<unknown> {
  const { operator, left, right } = expression;
  if (operator === "and" || operator === "or") {
    const isLeft = isTrue(await evaluate(left, environment));
    const isDecided = isLeft === (operator === "or");
    return isDecided ? isLeft : isTrue(await evaluate(right, environment));
  }
  if (operator === "??") {
    return (await evaluateOr(left, null, environment)) ?? (await evaluate(right, environment));
  }
  if (operator === "???") {
    const value = await evaluateOr(left, undefined, environment);
    return value === undefined ? evaluate(right, environment) : value;
  }
  const operands = {
    left: await evaluate(left, environment),
    right: await evaluate(right, environment),
    isDecimal: isDecimal(left) || isDecimal(right),
  };
  const sizes = [environment.meter.charge(operands.left), environment.meter.charge(operands.right)];
  if (SEARCHING.has(operator)) environment.meter.chargeProduct(sizes[0] ?? 0, sizes[1] ?? 0);
  const result = operate(operator, operands, environment.meter);
  environment.meter.charge(result);
  return result;
}

async function unary(
  expression: Extract<Expression, { kind: "unary" }>,
  environment: Environment,
): Promise<unknown> {
  const value = await evaluate(expression.operand, environment);
  if (expression.operator === "not") {
    if (typeof value === "boolean") return !value;
    throw new CallError(
      `\`not\` needs true or false, but what follows is ${typeNameOf(value)}: write \`not (…)\` around a comparison, or \`is not\``,
    );
  }
  if (typeof value !== "number") {
    throw new CallError(`\`${expression.operator}\` needs a number, not ${typeNameOf(value)}`);
  }
  return expression.operator === "-" ? 0 - value : value;
}

async function list(items: readonly Expression[], environment: Environment): Promise<unknown[]> {
  const values: unknown[] = [];
  for (const item of items) values.push(await evaluate(item, environment));
  environment.meter.charge(values);
  return values;
}

async function map(
  entries: readonly { key: Expression; value: Expression }[],
  environment: Environment,
): Promise<unknown> {
  const pairs: [string, unknown][] = [];
  for (const { key, value } of entries) {
    pairs.push([textOf(await evaluate(key, environment)), await evaluate(value, environment)]);
  }
  const made = mapOf(pairs);
  environment.meter.charge(made);
  return made;
}
