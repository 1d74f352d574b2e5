import { z } from "zod";
import { INPUT_TYPES, type InputType } from "#lib/core/flow-view.ts";
import type { Input } from "../flow.ts";
import { flag, optional, required, text, textList } from "./parts.ts";

export const INPUT_ID = /^[a-zA-Z0-9][.a-zA-Z0-9_-]*$/;
const ID_ERROR =
  "must begin with a letter or digit and have only letters, digits, `.`, `-` and `_`";
const TYPE_ERROR = `must be one of ${INPUT_TYPES.join(", ")}`;

const common = {
  id: required(
    text().refine((id) => INPUT_ID.test(id), { error: ID_ERROR }),
    "Name of the input: `inputs.<id>` in expressions. Dots nest.",
  ),
  displayName: optional(
    text().refine((name) => name.length <= 64, { error: "must have at most 64 characters" }),
    "What the form shows instead of the id.",
  ),
  description: optional(text(), "Shown below the field. Markdown."),
  required: optional(flag(), "`false`: may stay empty, and is `null` then. Default `true`."),
  dependsOn: optional(
    z.strictObject({
      inputs: required(textList(), "Inputs that must be there first."),
      condition: optional(text(), "The input is asked for only when this is true."),
    }),
    "Asked for only when other inputs say so.",
  ),
};
const defaults = {
  defaults: optional(z.unknown(), "Taken when nothing is given. May be an expression."),
  prefill: optional(z.unknown(), "What the form begins with; may be deleted."),
};
const bound = (what: string): z.ZodOptional<z.ZodType<string>> => optional(text(), what);
const range = { min: bound("Not less than this."), max: bound("Not more than this.") };
const span = { after: bound("Must be after this."), before: bound("Must be before this.") };
const pattern = { validator: bound("A regular expression that the whole text must match.") };
const item = z.enum(INPUT_TYPES, { error: TYPE_ERROR });
const itemType = { itemType: optional(item, "Type of each value, e.g. `STRING` or `INT`.") };
const choices = {
  values: optional(textList(), "What can be chosen."),
  expression: bound("An expression that gives the list of what can be chosen."),
  allowCustomValue: optional(flag(), "`true`: other values may be typed. Default `false`."),
  autoSelectFirst: optional(flag(), "`true`: the first value is chosen when nothing is given."),
};
const radio = { isRadio: optional(flag(), "`true`: shown as radio buttons. Default `false`.") };
const file = {
  extension: bound("What the stored file's name ends in when it has none. Default `.upl`."),
  allowedFileExtensions: optional(textList(), "Only such files are taken, e.g. `[.csv, .txt]`."),
};

/** What each type of input may have besides what all have, and what it is (LANGUAGE.md 3.3). */
const own: Record<InputType, { title: string; shape: z.ZodRawShape }> = {
  STRING: { title: "Text.", shape: { ...defaults, ...pattern } },
  INT: { title: "A whole number.", shape: { ...defaults, ...range } },
  FLOAT: { title: "A number.", shape: { ...defaults, ...range } },
  BOOLEAN: { title: "true or false (older name of `BOOL`).", shape: defaults },
  BOOL: { title: "true or false.", shape: defaults },
  DATETIME: {
    title: "A moment in ISO 8601, e.g. `2026-01-31T12:00:00Z`.",
    shape: { ...defaults, ...span },
  },
  DATE: { title: "A date, e.g. `2026-01-31`.", shape: { ...defaults, ...span } },
  TIME: { title: "A time of the day, e.g. `12:30:00`.", shape: { ...defaults, ...span } },
  DURATION: { title: "A duration in ISO 8601, e.g. `PT1H`.", shape: { ...defaults, ...range } },
  FILE: { title: "A file that is uploaded.", shape: { ...defaults, ...file } },
  JSON: { title: "JSON.", shape: defaults },
  YAML: { title: "YAML.", shape: defaults },
  URI: { title: "A URI, e.g. `https://example.org/data.csv`.", shape: defaults },
  SECRET: { title: "Text that is never shown.", shape: { ...defaults, ...pattern } },
  ARRAY: { title: "A list of values of `itemType`.", shape: { ...defaults, ...itemType } },
  SELECT: { title: "One of several values.", shape: { ...defaults, ...choices, ...radio } },
  ENUM: { title: "Older name of `SELECT`.", shape: { ...defaults, ...choices, ...radio } },
  MULTISELECT: {
    title: "Some of several values.",
    shape: { ...defaults, ...choices, ...itemType },
  },
  EMAIL: { title: "An e-mail address.", shape: defaults },
};

/** The schema of an input of this type. */
export const inputSchemas: Record<InputType, z.ZodObject> = Object.fromEntries(
  INPUT_TYPES.map((type) => [type, schemaOf(type)]),
  // Made from the list of all types.
) as Record<InputType, z.ZodObject>;

function schemaOf(type: InputType): z.ZodObject {
  const { title, shape } = own[type];
  const literal = z.literal(type).meta({ markdownDescription: title });
  return z.strictObject({ ...common, ...shape, type: literal });
}

const anyInput = z.object({
  ...common,
  ...defaults,
  ...range,
  ...span,
  ...pattern,
  ...itemType,
  ...choices,
  ...radio,
  ...file,
  type: item,
});

/** The input of what its own schema accepted. */
export function toInput(accepted: unknown): Input {
  const value = anyInput.parse(accepted);
  return {
    id: value.id,
    type: value.type,
    displayName: value.displayName ?? null,
    description: value.description ?? null,
    isRequired: value.required ?? true,
    defaults: value.defaults ?? value.prefill ?? undefined,
    values: value.values ?? [],
    expression: value.expression ?? null,
    allowCustomValue: value.allowCustomValue ?? false,
    isRadio: value.isRadio ?? false,
    autoSelectFirst: value.autoSelectFirst ?? false,
    itemType: value.itemType ?? null,
    validator: value.validator ?? null,
    min: value.min ?? null,
    max: value.max ?? null,
    after: value.after ?? null,
    before: value.before ?? null,
    extension: value.extension ?? ".upl",
    allowedFileExtensions: value.allowedFileExtensions ?? [],
    dependsOn: value.dependsOn
      ? { inputs: value.dependsOn.inputs, condition: value.dependsOn.condition ?? null }
      : null,
  };
}
