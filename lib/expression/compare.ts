import { CallError } from "./call-error.ts";
import { isList, isMap, propertyOf, textOf, typeNameOf } from "./value.ts";

/** Equality of values: numbers by value, lists and maps by content, no conversion between types. */
export function areEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (isNothing(left) || isNothing(right)) return isNothing(left) && isNothing(right);
  if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime();
  if (isList(left) && isList(right)) {
    return (
      left.length === right.length && left.every((item, index) => areEqual(item, right[index]))
    );
  }
  if (!isMap(left) || !isMap(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && areEqual(left[key], right[key]))
  );
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

/**
 * Negative, zero or positive, as for sorting.
 * @throws CallError for values that have no order between them
 */
export function compareValues(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (left instanceof Date && right instanceof Date) return left.getTime() - right.getTime();
  const isText = typeof left === "string" || typeof right === "string";
  const isDate = left instanceof Date || right instanceof Date;
  if (isText && (isDate || typeof left === typeof right)) {
    const [first, second] = [textOf(left), textOf(right)];
    return first < second ? -1 : Number(first > second);
  }
  throw new CallError(
    `${typeNameOf(left)} and ${typeNameOf(right)} cannot be compared: bring both to one type, for example with \`| number\``,
  );
}

/** The operator `contains`. */
export function contains(container: unknown, wanted: unknown): boolean {
  if (container === null || container === undefined) return false;
  if (typeof container === "string") return container.includes(textOf(wanted));
  if (isList(container)) {
    const all = isList(wanted) ? wanted : [wanted];
    return all.every((one) => container.some((item) => areEqual(item, one)));
  }
  if (isMap(container)) return propertyOf(container, wanted) !== undefined;
  throw new CallError(
    `\`contains\` needs a text, a list or a map on its left, but that is ${typeNameOf(container)}`,
  );
}

/** The operator `in` (`isIn`): by text, as in Kestra; of a map its keys and values. */
export function isIn(wanted: unknown, container: unknown): boolean {
  if (isNothing(wanted) || isNothing(container)) return false;
  const text = textOf(wanted);
  if (typeof container === "string") return container.includes(text);
  if (isList(container)) return container.some((item) => textOf(item) === text);
  if (!isMap(container)) return false;
  return Object.entries(container).some(([key, value]) => key === text || textOf(value) === text);
}
