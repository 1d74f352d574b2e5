import type { InputType, InputView } from "#lib/core/flow-view.ts";
import { durationFrom } from "./duration-from.ts";
import { type InputValue, type InputValues, isEmpty } from "./input-value.ts";

const code = (value: unknown) => `\`${String(value)}\``;

/** The message that the server would give for the whole input, so that both say the same. */
function invalid(input: InputView, reason: string, received: string): string {
  return `Invalid input for ${code(input.id)}, ${reason}, but received ${code(received)}`;
}

const INTEGER = /^[-+]?\d+$/;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
const URI = /^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$/;

/** Why a text is no value of the type; null when it is one. */
export function typeFault(type: InputType, text: string): string | null {
  const expected = (isRight: boolean) => (isRight ? null : `Expected ${code(type)}`);
  switch (type) {
    case "INT":
      return expected(INTEGER.test(text));
    case "FLOAT":
      return expected(NUMBER.test(text));
    case "URI":
      return expected(URI.test(text));
    case "EMAIL":
      return expected(EMAIL.test(text));
    case "DATE":
      return expected(DATE.test(text) && !Number.isNaN(Date.parse(text)));
    case "TIME":
      return expected(TIME.test(text));
    case "DATETIME":
      return expected(!Number.isNaN(Date.parse(text)));
    case "DURATION":
      return expected(durationFrom(text) !== null);
    case "JSON":
      return expected(isJson(text));
    case "STRING":
    case "BOOLEAN":
    case "BOOL":
    case "FILE":
    case "YAML":
    case "SECRET":
    case "ARRAY":
    case "SELECT":
    case "ENUM":
    case "MULTISELECT":
      return null;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The only reason to throw is that the text is no JSON.
    return false;
  }
}

/** A value as a number on the scale on which its type's limits are compared. */
function scaled(type: InputType, text: string): number {
  if (type === "DURATION") return durationFrom(text) ?? Number.NaN;
  if (type === "DATE" || type === "DATETIME") return Date.parse(text);
  if (type === "TIME") return Date.parse(`1970-01-01T${text}Z`);
  return Number(text);
}

function limitFault(input: InputView, text: string): string | null {
  const value = scaled(input.type, text);
  const at = (limit: string | null) => (limit === null ? Number.NaN : scaled(input.type, limit));
  // Kestra begins these two with a capital for durations.
  const it = input.type === "DURATION" ? "It" : "it";
  if (value < at(input.min)) return `${it} must be more than ${code(input.min)}`;
  if (value > at(input.max)) return `${it} must be less than ${code(input.max)}`;
  if (value <= at(input.after)) return `it must be after ${code(input.after)}`;
  if (value >= at(input.before)) return `it must be before ${code(input.before)}`;
  return null;
}

function patternFault(input: InputView, text: string): string | null {
  if (input.validator === null) return null;
  try {
    const pattern = new RegExp(`^(?:${input.validator})$`, "u");
    return pattern.test(text) ? null : `it must match the pattern ${code(input.validator)}`;
  } catch {
    // A pattern of another dialect: only the server can tell.
    return null;
  }
}

function choiceFault(input: InputView, text: string): string | null {
  if (input.allowCustomValue || input.values.length === 0 || input.values.includes(text))
    return null;
  return `it must match the values ${code(JSON.stringify(input.values))}`;
}

function itemFault(input: InputView, items: readonly string[]): string | null {
  for (const item of items) {
    if (input.type === "MULTISELECT" && choiceFault(input, item) !== null) {
      return choiceFault(input, item);
    }
    if (input.itemType !== null && typeFault(input.itemType, item) !== null) {
      return `Unable to parse array element as ${code(input.itemType)} on ${code(item)}`;
    }
  }
  return null;
}

/** The extension is one that the input takes, whatever its case. */
export function extensionFault(input: InputView, fileName: string): string | null {
  const allowed = input.allowedFileExtensions;
  const name = fileName.toLowerCase();
  if (allowed.length === 0 || allowed.some((end) => name.endsWith(end.toLowerCase()))) return null;
  return invalid(input, `it must be a file of ${allowed.map(code).join(", ")}`, fileName);
}

/** Why an input cannot be sent as it is, in the server's words; null when it can. */
export function checkInput(input: InputView, value: InputValue | undefined): string | null {
  if (value === undefined || isEmpty(value)) {
    const isMissing = input.isRequired && input.defaultText === null;
    return isMissing ? invalid(input, "missing required input", "null") : null;
  }
  if (Array.isArray(value)) {
    const fault = itemFault(input, value);
    return fault === null ? null : invalid(input, fault, JSON.stringify(value));
  }
  if (typeof value !== "string" || input.type === "FILE") return null;
  const isChoice = input.type === "SELECT" || input.type === "ENUM";
  const fault =
    typeFault(input.type, value) ??
    (isChoice ? choiceFault(input, value) : limitFault(input, value)) ??
    patternFault(input, value);
  return fault === null ? null : invalid(input, fault, input.type === "SECRET" ? "****" : value);
}

/** The message of each input that is wrong, by its id. */
export function checkInputs(
  inputs: readonly InputView[],
  values: InputValues,
): Record<string, string> {
  const wrong = inputs.flatMap((input) => {
    const message = checkInput(input, values[input.id]);
    return message === null ? [] : [[input.id, message] as const];
  });
  return Object.fromEntries(wrong);
}

/** A message as it stands under its field, where the input's name would only be said twice. */
export function messageAtField(message: string): string {
  const short = message
    .replace(/^Invalid input for `[^`]*`, /, "")
    .replace(/^missing required input, but received `null`\.?$/, "It is required");
  const text = short.charAt(0).toUpperCase() + short.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
