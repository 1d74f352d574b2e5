import { parse } from "yaml";
import type { InputType } from "#lib/core/flow-view.ts";
import { durationMs } from "./duration.ts";

/** The value is not of the input's type; the message completes "Invalid input for …, ". */
export class InputTypeError extends Error {
  override readonly name = "InputTypeError";
}

/**
 * The typed value of what was given, which is text from a form or JSON from the API (LANGUAGE.md
 * 3.3): numbers and booleans as such, JSON and YAML parsed, dates and durations as ISO text.
 * @throws InputTypeError
 */
export function typedValue(type: InputType, given: unknown, itemType: InputType | null): unknown {
  switch (type) {
    case "STRING":
    case "SECRET":
    case "SELECT":
    case "ENUM":
      return textOf(given);
    case "INT":
      return numberOf(given, type, /^[-+]?\d{1,16}$/);
    case "FLOAT":
      return numberOf(given, type, /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i);
    case "BOOLEAN":
    case "BOOL":
      return booleanOf(given, type);
    case "DATETIME":
      return instantOf(given);
    case "DATE":
      return dateOf(given);
    case "TIME":
      return timeOf(given);
    case "DURATION":
      return durationOf(given);
    case "URI":
      return matching(given, type, /^[a-z][a-z0-9+.-]*:(?=.)(?!\/[^/])\S*$/i);
    case "EMAIL":
      return matching(given, type, /^[^\s@<>()",;:]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/);
    case "FILE":
      return matching(given, type, /^kestra:\/\/\/\S+$/);
    case "JSON":
      return jsonOf(given);
    case "YAML":
      return yamlOf(given);
    case "ARRAY":
    case "MULTISELECT":
      return listOf(given, type, itemType);
  }
}

function wrong(type: InputType, given: unknown): InputTypeError {
  return new InputTypeError(`Expected \`${type}\` but received \`${shown(given)}\``);
}

/** The value in a message: short, and never more than one would type. */
export function shown(given: unknown): string {
  const text = given === undefined ? "null" : textOf(given);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function textOf(given: unknown): string {
  if (typeof given === "string") return given;
  return given instanceof Date ? given.toISOString() : JSON.stringify(given);
}

function numberOf(given: unknown, type: InputType, form: RegExp): number {
  const text = textOf(given).trim();
  const value = Number(text);
  if (!form.test(text) || !Number.isFinite(value)) throw wrong(type, given);
  if (type === "INT" && !Number.isSafeInteger(value)) throw wrong(type, given);
  return value;
}

function booleanOf(given: unknown, type: InputType): boolean {
  const text = textOf(given).trim().toLowerCase();
  if (text !== "true" && text !== "false") throw wrong(type, given);
  return text === "true";
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?$/;
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[-+]\d{2}:?\d{2})?$/i;

/** A moment without a zone is taken as UTC. */
function instantOf(given: unknown): string {
  const match = MOMENT.exec(textOf(given).trim());
  if (match === null || !isDate(match[1] ?? "") || !TIME.test(match[2] ?? "")) {
    throw wrong("DATETIME", given);
  }
  const moment = new Date(`${match[1]}T${match[2]}${match[3]?.toUpperCase() ?? "Z"}`);
  if (Number.isNaN(moment.getTime())) throw wrong("DATETIME", given);
  return moment.toISOString().replace(".000Z", "Z");
}

function dateOf(given: unknown): string {
  const text = textOf(given).trim();
  if (!isDate(text)) throw wrong("DATE", given);
  return text;
}

function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function timeOf(given: unknown): string {
  const text = textOf(given).trim();
  if (!TIME.test(text)) throw wrong("TIME", given);
  return text.length === "00:00".length ? `${text}:00` : text;
}

function durationOf(given: unknown): string {
  const text = textOf(given).trim().toUpperCase();
  if (durationMs(text) === null) throw wrong("DURATION", given);
  return text;
}

function matching(given: unknown, type: InputType, form: RegExp): string {
  const text = textOf(given).trim();
  if (!form.test(text)) throw wrong(type, given);
  return text;
}

function jsonOf(given: unknown): unknown {
  if (typeof given !== "string") return given;
  try {
    return JSON.parse(given);
  } catch {
    throw wrong("JSON", given);
  }
}

function yamlOf(given: unknown): unknown {
  if (typeof given !== "string") return given;
  try {
    const value: unknown = parse(given, { maxAliasCount: 100, logLevel: "error" });
    // A value that contains itself cannot be kept: this throws.
    JSON.stringify(value);
    return value;
  } catch {
    throw wrong("YAML", given);
  }
}

function listOf(given: unknown, type: InputType, itemType: InputType | null): unknown[] {
  const list = typeof given === "string" ? parsedList(given) : given;
  if (!Array.isArray(list)) throw wrong(type, given);
  const wanted = itemType ?? "STRING";
  return list.map((item: unknown) => {
    try {
      return typedValue(wanted, item, null);
    } catch (error) {
      if (!(error instanceof InputTypeError)) throw error;
      throw new InputTypeError(
        `Unable to parse array element as \`${wanted}\` on \`${shown(item)}\``,
      );
    }
  });
}

function parsedList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller says so.
    return null;
  }
}
