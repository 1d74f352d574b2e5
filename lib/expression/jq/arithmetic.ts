import { CallError } from "../call-error.ts";
import { isList, isMap, mapOf } from "../value.ts";
import { compareJq, jqType } from "./value-order.ts";

/** The operators `+ - * / %` of jq. @throws CallError for types they do not take */
export function arithmetic(operator: string, left: unknown, right: unknown): unknown {
  if (typeof left === "number" && typeof right === "number") {
    return onNumbers(operator, left, right);
  }
  if (operator === "+") {
    if (left === null || right === null) return left ?? right;
    if (typeof left === "string" && typeof right === "string") return left + right;
    if (isList(left) && isList(right)) return [...left, ...right];
    if (isMap(left) && isMap(right))
      return mapOf([...Object.entries(left), ...Object.entries(right)]);
  }
  if (operator === "-" && isList(left) && isList(right)) {
    return left.filter((item) => !right.some((other) => compareJq(item, other) === 0));
  }
  if (operator === "/" && typeof left === "string" && typeof right === "string") {
    return left === "" ? [] : left.split(right);
  }
  if (operator === "*" && isMap(left) && isMap(right)) return mergeDeep(left, right);
  throw new CallError(
    `jq: \`${operator}\` does not work with ${jqType(left)} and ${jqType(right)}`,
  );
}

function onNumbers(operator: string, left: number, right: number): number {
  if ((operator === "/" || operator === "%") && Math.trunc(right) === 0 && right === 0) {
    throw new CallError("jq: division by zero");
  }
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    default: {
      const divisor = Math.trunc(right);
      if (divisor === 0) throw new CallError("jq: division by zero");
      return Math.trunc(left) % divisor;
    }
  }
}

function mergeDeep(left: Record<string, unknown>, right: Record<string, unknown>): unknown {
  const merged = new Map(Object.entries(left));
  for (const [key, value] of Object.entries(right)) {
    const known = merged.get(key);
    merged.set(key, isMap(known) && isMap(value) ? mergeDeep(known, value) : value);
  }
  return mapOf(merged);
}
