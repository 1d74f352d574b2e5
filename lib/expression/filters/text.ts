import { CallError } from "../call-error.ts";
import type { Arguments, CallContext, FilterDefinition } from "../call.ts";
import type { Meter } from "../meter.ts";
import { isEmpty, isList, isMap, mapOf, textOf } from "../value.ts";

/** Applies a change of text to a text, or to every text in a list or map, as Kestra does. */
export function changeTexts(value: unknown, change: (text: string) => string): unknown {
  if (isList(value)) return value.map((item) => changeTexts(item, change));
  if (!isMap(value)) return change(textOf(value));
  return mapOf(Object.entries(value).map(([key, item]) => [key, changeTexts(item, change)]));
}

export const textFilters: Record<string, FilterDefinition> = {
  abbreviate: {
    about: "At most so many characters, with `...` for what is cut.",
    parameters: ["length"],
    example: ["{{ 'a long sentence' | abbreviate(9) }}", "a long..."],
    apply: (input, args) => abbreviate(textOf(input), args.integer("length")),
  },
  capitalize: {
    about: "With a capital first letter.",
    parameters: [],
    example: ["{{ 'some text' | capitalize }}", "Some text"],
    apply: (input) => textOf(input).replace(/\S/u, (letter) => letter.toUpperCase()),
  },
  default: {
    about: "Another value when this one is undefined, null or empty.",
    parameters: ["default"],
    example: ["{{ nothing | default('x') }}", "x"],
    takesNull: true,
    apply: (input, args) =>
      isEmpty(typeof input === "string" ? input.trim() : input) ? args.value("default") : input,
  },
  endsWith: {
    about: "Whether the text ends with another.",
    parameters: ["value"],
    example: ["{{ 'a.csv' | endsWith('.csv') }}", "true"],
    apply: (input, args) => textOf(input).endsWith(args.text("value")),
  },
  escapeChar: {
    about: "Escapes quotes: type `single`, `double` or `shell`.",
    parameters: ["type"],
    example: ["{{ \"it's\" | escapeChar('shell') }}", "it'\\''s"],
    apply: (input, args) => changeTexts(input, escaper(args.text("type"))),
  },
  indent: {
    about: "Indents every line but the first.",
    parameters: ["amount", "prefix?"],
    example: ["{{ fromJson('\"a\\\\nb\"') | indent(2) }}", "a\n  b"],
    apply: (input, args, context) => indent(textOf(input), args, context),
  },
  lower: {
    about: "In small letters.",
    parameters: [],
    example: ["{{ 'ABC' | lower }}", "abc"],
    apply: (input) => textOf(input).toLowerCase(),
  },
  nindent: {
    about: "Begins a new line and indents every line.",
    parameters: ["amount", "prefix?"],
    example: ["{{ 'a' | nindent(2) }}", "\n  a"],
    apply: (input, args, context) => {
      const text = textOf(input);
      return text === "" ? "" : indent(lineEndOf(text) + text, args, context);
    },
  },
  nl2br: {
    about: "With `<br />` before every line end.",
    parameters: [],
    example: ["{{ fromJson('\"a\\\\nb\"') | nl2br }}", "a<br />\nb"],
    apply: (input) => textOf(input).replaceAll(/\r?\n/g, "<br />$&"),
  },
  raw: {
    about: "The text as it is; nothing is ever escaped here.",
    parameters: [],
    example: ["{{ '<b>' | raw }}", "<b>"],
    apply: (input) => input,
  },
  slugify: {
    about: "As a name for addresses: small letters, digits and `-`.",
    parameters: [],
    example: ["{{ 'Écoute: 1_2  voilà!' | slugify }}", "ecoute-1-2-voila"],
    apply: (input) => slugify(textOf(input)),
  },
  startsWith: {
    about: "Whether the text starts with another.",
    parameters: ["value"],
    example: ["{{ 'kestra:///a' | startsWith('kestra://') }}", "true"],
    apply: (input, args) => textOf(input).startsWith(args.text("value")),
  },
  string: {
    about: "As text.",
    parameters: [],
    example: ["{{ (1 | string) == '1' }}", "true"],
    apply: (input) => textOf(input),
  },
  substringAfter: {
    about: "What follows the first occurrence of a text.",
    parameters: ["separator"],
    example: ["{{ 'a.b.c' | substringAfter('.') }}", "b.c"],
    apply: (input, args, { meter }) => cut(input, args, { meter, side: "after", last: false }),
  },
  substringAfterLast: {
    about: "What follows the last occurrence of a text.",
    parameters: ["separator"],
    example: ["{{ 'a.b.c' | substringAfterLast('.') }}", "c"],
    apply: (input, args, { meter }) => cut(input, args, { meter, side: "after", last: true }),
  },
  substringBefore: {
    about: "What precedes the first occurrence of a text.",
    parameters: ["separator"],
    example: ["{{ 'a.b.c' | substringBefore('.') }}", "a"],
    apply: (input, args, { meter }) => cut(input, args, { meter, side: "before", last: false }),
  },
  substringBeforeLast: {
    about: "What precedes the last occurrence of a text.",
    parameters: ["separator"],
    example: ["{{ 'a.b.c' | substringBeforeLast('.') }}", "a.b"],
    apply: (input, args, { meter }) => cut(input, args, { meter, side: "before", last: true }),
  },
  title: {
    about: "With a capital first letter in every word.",
    parameters: [],
    example: ["{{ 'some text' | title }}", "Some Text"],
    apply: (input) =>
      textOf(input).replaceAll(/(^|\s)(\S)/gu, (_, space: string, letter: string) => {
        return space + letter.toUpperCase();
      }),
  },
  trim: {
    about: "Without white space at both ends.",
    parameters: [],
    example: ["{{ '  a ' | trim }}", "a"],
    apply: (input) => textOf(input).trim(),
  },
  upper: {
    about: "In capital letters.",
    parameters: [],
    example: ["{{ 'abc' | upper }}", "ABC"],
    apply: (input) => textOf(input).toUpperCase(),
  },
};

function abbreviate(text: string, length: number): string {
  if (length < 0) throw new CallError("`length` cannot be negative");
  if (text.length <= length || text.length <= 3) return text;
  return length <= 3 ? text.slice(0, length) : `${text.slice(0, length - 3)}...`;
}

function escaper(type: string): (text: string) => string {
  switch (type.toLowerCase()) {
    case "single":
      return (text) => text.replaceAll("'", "\\'");
    case "double":
      return (text) => text.replaceAll('"', '\\"');
    case "shell":
      return (text) => text.replaceAll("'", "'\\''");
    default:
      throw new CallError("`type` must be 'single', 'double' or 'shell'");
  }
}

function indent(text: string, args: Arguments, context: CallContext): string {
  const amount = args.integer("amount");
  if (amount < 0) throw new CallError("`amount` cannot be negative");
  const prefix = args.text("prefix", " ");
  const lineEnd = lineEndOf(text);
  const lines = text.split(lineEnd);
  context.meter.checkCharacters(text.length + lines.length * prefix.length * amount);
  return lines.join(lineEnd + prefix.repeat(amount));
}

function lineEndOf(text: string): string {
  return ["\r\n", "\n\r", "\n", "\r"].find((candidate) => text.includes(candidate)) ?? "\n";
}

function cut(
  input: unknown,
  args: Arguments,
  how: { side: "before" | "after"; last: boolean; meter: Meter },
): string {
  const text = textOf(input);
  const separator = args.text("separator");
  how.meter.chargeProduct(text.length, separator.length);
  const at = how.last ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (how.side === "before") return at === -1 ? text : text.slice(0, at);
  return at === -1 ? "" : text.slice(at + separator.length);
}

/** Kestra's rule for names of pods and folders. */
function slugify(text: string): string {
  return text
    .replaceAll(/\s/g, "-")
    .normalize("NFD")
    .replaceAll(/[^\w-]/g, "")
    .replaceAll("_", "-")
    .replaceAll(/-{2,}/g, "-")
    .replaceAll(/^-|-$/g, "")
    .toLowerCase();
}
