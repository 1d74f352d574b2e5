import { CallError } from "./call-error.ts";
import { areEqual, compareValues, contains, isIn } from "./compare.ts";
import type { Meter } from "./meter.ts";
import type { BinaryOperator, Expression } from "./syntax.ts";
import { isList, textOf, typeNameOf } from "./value.ts";

/** The operators that need both sides; the others decide themselves what to evaluate. */
export type EagerOperator = Exclude<BinaryOperator, "and" | "or" | "??" | "???">;

export interface Operands {
  left: unknown;
  right: unknown;
  /** Whether one side was written with a decimal point: then `/` does not round. */
  isDecimal: boolean;
}

/** @throws CallError when the operator cannot be used with these values */
export function operate(operator: EagerOperator, operands: Operands, meter: Meter): unknown {
  const { left, right } = operands;
  switch (operator) {
    case "~":
      return joinTexts(left, right, meter);
    case "==":
      return areEqual(left, right);
    case "!=":
      return !areEqual(left, right);
    case "contains":
      return contains(left, right);
    case "in":
      return isIn(left, right);
    case "not in":
      return !isIn(left, right);
    case "..":
      return rangeOf({ from: left, to: right, step: 1 }, meter);
    case ">":
    case "<":
    case ">=":
    case "<=":
      return isOrdered(operator, left, right);
    case "+":
      return add(operands, meter);
    case "-":
      if (isList(left)) return without(left, right);
      return calculate(operator, operands);
    case "*":
    case "/":
    case "%":
      return calculate(operator, operands);
  }
}

function joinTexts(left: unknown, right: unknown, meter: Meter): string {
  const [first, second] = [textOf(left), textOf(right)];
  meter.checkCharacters(first.length + second.length);
  return first + second;
}

function isOrdered(operator: ">" | "<" | ">=" | "<=", left: unknown, right: unknown): boolean {
  if (left === null || right === null) return false;
  const order = compareValues(left, right);
  if (operator === ">") return order > 0;
  if (operator === "<") return order < 0;
  return operator === ">=" ? order >= 0 : order <= 0;
}

function add(operands: Operands, meter: Meter): unknown {
  const { left, right } = operands;
  if (typeof left === "string" || typeof right === "string") return joinTexts(left, right, meter);
  if (isList(left)) return [...left, ...(isList(right) ? right : [right])];
  return calculate("+", operands);
}

function without(list: unknown[], removed: unknown): unknown[] {
  const all = isList(removed) ? removed : [removed];
  return list.filter((item) => !all.some((one) => areEqual(item, one)));
}

function calculate(operator: "+" | "-" | "*" | "/" | "%", operands: Operands): number {
  const { left, right, isDecimal } = operands;
  if (typeof left !== "number" || typeof right !== "number") {
    const wrong = typeof left === "number" ? right : left;
    throw new CallError(
      `\`${operator}\` needs numbers, but one side is ${typeNameOf(wrong)}${hintFor(operator, wrong)}`,
    );
  }
  if (right === 0 && (operator === "/" || operator === "%"))
    throw new CallError("Division by zero");
  // As in Java a division of whole numbers gives a whole number.
  const isWhole = Number.isInteger(left) && Number.isInteger(right) && !isDecimal;
  const result = {
    "+": () => left + right,
    "-": () => left - right,
    "*": () => left * right,
    "/": () => (isWhole ? Math.trunc(left / right) : left / right),
    "%": () => left % right,
  }[operator]();
  if (!Number.isFinite(result) || (isWhole && !Number.isSafeInteger(result))) {
    throw new CallError("The result is too large for a number");
  }
  return result === 0 ? 0 : result;
}

function hintFor(operator: string, wrong: unknown): string {
  if (typeof wrong === "string") return ": turn it into one with `| number`";
  return operator === "+" ? ": texts are joined with `~`" : "";
}

/** Whether the expression gives a decimal number by the way it is written. */
export function isDecimal(expression: Expression): boolean {
  if (expression.kind === "literal") return expression.isDecimal;
  if (expression.kind === "unary") return isDecimal(expression.operand);
  if (expression.kind !== "binary" || !"+-*/%".includes(expression.operator)) return false;
  return isDecimal(expression.left) || isDecimal(expression.right);
}

/**
 * The whole numbers or letters from one to the other, both included; empty when the step leads away.
 * @throws CallError when it is longer than the budget, or the ends are neither
 */
export function rangeOf(
  range: { from: unknown; to: unknown; step: number },
  meter: Meter,
): (number | string)[] {
  const letters = typeof range.from === "string" && typeof range.to === "string";
  const from = letters ? codePoint(range.from) : range.from;
  const to = letters ? codePoint(range.to) : range.to;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
    throw new CallError("A range needs two whole numbers or two letters");
  }
  if (range.step === 0) throw new CallError("The step of a range cannot be 0");
  const start = Number(from);
  const length = Math.max(0, Math.floor((Number(to) - start) / range.step) + 1);
  meter.step(length);
  return Array.from({ length }, (_, index) => {
    const value = start + index * range.step;
    return letters ? String.fromCodePoint(value) : value;
  });
}

function codePoint(text: unknown): number | undefined {
  return typeof text === "string" && Array.from(text).length === 1
    ? text.codePointAt(0)
    : undefined;
}
