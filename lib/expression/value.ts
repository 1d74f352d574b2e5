import { CallError } from "./call-error.ts";

/**
 * The values of expressions are plain data: null, booleans, numbers, strings, Dates, lists and maps
 * (plain objects). Everything here reads own data properties only, so that neither prototypes nor
 * getters nor host objects can be reached.
 */
export type PlainMap = Record<string, unknown>;

export function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

export function isMap(value: unknown): value is PlainMap {
  if (typeof value !== "object" || value === null || isList(value) || value instanceof Date) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // The second case is a plain object of another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A map with these entries; `__proto__` is a key like any other. */
export function mapOf(entries: Iterable<readonly [string, unknown]>): PlainMap {
  return Object.fromEntries(entries);
}

/** In a person's words, for messages. */
export function typeNameOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return "a text";
  if (typeof value === "number") return "a number";
  if (typeof value === "boolean") return "a boolean";
  if (value instanceof Date) return "a date";
  if (isList(value)) return "a list";
  if (isMap(value)) return "a map";
  return "something that is no data";
}

/** The own data property of a map or the item of a list; undefined when there is none. */
export function propertyOf(value: unknown, key: unknown): unknown {
  if (isList(value)) {
    const index = typeof key === "string" && /^\d{1,15}$/.test(key) ? Number(key) : key;
    if (typeof index !== "number" || !Number.isInteger(index)) return undefined;
    return index >= 0 && index < value.length ? (value[index] ?? null) : undefined;
  }
  if (!isMap(value) || (typeof key !== "string" && typeof key !== "number")) return undefined;
  const property = Object.getOwnPropertyDescriptor(value, key);
  if (property === undefined || !("value" in property)) return undefined;
  const found: unknown = property.value;
  return isData(found) ? (found ?? null) : undefined;
}

/** The values of a map. @throws CallError for one that a getter would compute */
export function ownValuesOf(map: PlainMap): unknown[] {
  return Object.values(Object.getOwnPropertyDescriptors(map)).flatMap((property) => {
    if (property.enumerable !== true) return [];
    if ("value" in property) return [property.value];
    throw new CallError("A part of this is no data: it cannot be used");
  });
}

/** Whether the value itself, not what is in it, may be seen by expressions. */
export function isData(value: unknown): boolean {
  if (typeof value === "function" || typeof value === "symbol") return false;
  if (typeof value !== "object" || value === null) return true;
  return isList(value) || value instanceof Date || isMap(value);
}

/** As text in a template: null is empty, lists and maps are JSON, dates are ISO 8601. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberText(value);
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof Date) return dateText(value);
  if (isList(value) || isMap(value)) return jsonOf(value);
  throw new CallError(`${typeNameOf(value)} cannot be shown`);
}

/** @throws CallError when it cannot be written, for example because it contains itself */
export function jsonOf(value: unknown, indent = 0): string {
  try {
    return JSON.stringify(value ?? null, null, indent);
  } catch (error) {
    throw new CallError("This cannot be written as JSON", { cause: error });
  }
}

function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) >= 1e21
    ? BigInt(value).toString()
    : String(value);
}

function dateText(value: Date): string {
  if (Number.isNaN(value.getTime())) throw new CallError("This date is not valid");
  return value.toISOString();
}

/** Pebble's rule for `if`, `and`, `or` and `? :`; null and empty lists and maps are false. */
export function isTrue(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0 && !Number.isNaN(value);
  return !isEmpty(value);
}

/** Whether null, a blank text, or a list or map without items: the test `empty`. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === "string") return value === "";
  if (isList(value)) return value.length === 0;
  return isMap(value) && Object.keys(value).length === 0;
}
