import { isList, isMap } from "../value.ts";

const ORDER = ["null", "boolean", "number", "string", "array", "object"];

/** jq's name of the type. */
export function jqType(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (isList(value)) return "array";
  return isMap(value) ? "object" : typeof value;
}

/** jq's order of all values: null, false, true, numbers, texts, lists, maps. */
export function compareJq(left: unknown, right: unknown): number {
  const types = [jqType(left), jqType(right)].map((type) => ORDER.indexOf(type));
  const [leftType = 0, rightType = 0] = types;
  if (leftType !== rightType) return leftType - rightType;
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (typeof left === "string" && typeof right === "string") {
    return left < right ? -1 : Number(left > right);
  }
  if (isList(left) && isList(right)) return compareLists(left, right);
  return isMap(left) && isMap(right) ? compareMaps(left, right) : 0;
}

function compareLists(left: unknown[], right: unknown[]): number {
  for (const [index, item] of left.entries()) {
    if (index >= right.length) return 1;
    const order = compareJq(item, right[index]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareMaps(left: Record<string, unknown>, right: Record<string, unknown>): number {
  const keys = [Object.keys(left).toSorted(), Object.keys(right).toSorted()] as const;
  const order = compareLists(...keys);
  if (order !== 0) return order;
  for (const key of keys[0]) {
    const inner = compareJq(left[key], right[key]);
    if (inner !== 0) return inner;
  }
  return 0;
}
