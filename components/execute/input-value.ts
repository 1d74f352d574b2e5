import type { InputView } from "#lib/core/flow-view.ts";

/**
 * What is in an input's control: text for most, a list for ARRAY and MULTISELECT, the stored
 * file's URI for FILE; null when nothing was said.
 */
export type InputValue = string | string[] | boolean | null;
export type InputValues = Readonly<Record<string, InputValue>>;

export const isList = (input: InputView): boolean =>
  input.type === "ARRAY" || input.type === "MULTISELECT";
export const isBoolean = (input: InputView): boolean =>
  input.type === "BOOLEAN" || input.type === "BOOL";

/** Whether the server must work out the default: it has an expression in it. */
export function isComputed(text: string | null): boolean {
  return text !== null && /\{\{|\{%/.test(text);
}

/** Whether nothing is in the control. */
export function isEmpty(value: InputValue | undefined): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (Array.isArray(value) && value.length === 0)
  );
}

function listFrom(text: string): string[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return parsed.map((item) => textFrom(item));
  } catch {
    // Not JSON: one value, as it stands.
  }
  return [text];
}

/** Any value as the text that a control shows: JSON for what has parts. */
function textFrom(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return JSON.stringify(value, null, 2);
}

/** The control's value for a stored or a default one. */
export function valueFrom(input: InputView, stored: unknown): InputValue {
  if (stored === null || stored === undefined) return emptyValue(input);
  if (isBoolean(input)) {
    const text = textFrom(stored).toLowerCase();
    return text === "true" ? true : text === "false" ? false : null;
  }
  if (isList(input)) {
    return Array.isArray(stored)
      ? stored.map((item) => textFrom(item))
      : listFrom(textFrom(stored));
  }
  return textFrom(stored);
}

function emptyValue(input: InputView): InputValue {
  if (isList(input)) return [];
  return isBoolean(input) || input.type === "FILE" ? null : "";
}

/** What the controls show when the form opens: the defaults, but for those the server works out. */
export function initialValues(inputs: readonly InputView[]): InputValues {
  return Object.fromEntries(
    inputs.map((input) => [
      input.id,
      isComputed(input.defaultText) ? emptyValue(input) : valueFrom(input, input.defaultText),
    ]),
  );
}

/** The value that an id with dots stands for in nested inputs: `a.b` is `{a: {b: …}}`. */
function nestedValue(inputs: Record<string, unknown>, id: string): unknown {
  if (Object.hasOwn(inputs, id)) return inputs[id];
  let value: unknown = inputs;
  for (const part of id.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part))
      return undefined;
    // An object with this own key, as was just checked.
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** The values of an earlier execution, for the inputs that it knew; secrets are never filled in. */
export function valuesFromLast(
  inputs: readonly InputView[],
  last: Record<string, unknown>,
): InputValues {
  const filled = inputs.flatMap((input) => {
    const stored = nestedValue(last, input.id);
    if (input.type === "SECRET" || stored === undefined) return [];
    return [[input.id, valueFrom(input, stored)] as const];
  });
  return Object.fromEntries(filled);
}

/**
 * What is sent: every input that says something. One that was emptied is sent as null where it
 * had a default to take back, and left out where it had none.
 */
export function valuesToSend(
  inputs: readonly InputView[],
  values: InputValues,
): Record<string, InputValue> {
  const sent = inputs.flatMap((input) => {
    const value = values[input.id];
    if (value !== undefined && !isEmpty(value)) return [[input.id, value] as const];
    const takesBack = input.defaultText !== null && !isComputed(input.defaultText);
    return takesBack && !input.isRequired ? [[input.id, null] as const] : [];
  });
  return Object.fromEntries(sent);
}
