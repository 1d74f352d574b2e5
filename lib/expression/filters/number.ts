import { CallError } from "../call-error.ts";
import type { FilterDefinition } from "../call.ts";
import { formatDecimal } from "../format-decimal.ts";
import { typeNameOf } from "../value.ts";

const MAX_LENGTH = 1000;
const TYPES = ["INT", "LONG", "BIGINTEGER", "FLOAT", "DOUBLE", "BIGDECIMAL"];

const numberFormat: FilterDefinition = {
  about: "Written by a pattern of Java's DecimalFormat, for example `#,##0.00`.",
  parameters: ["format?"],
  example: ["{{ 1234.5 | numberFormat('#,##0.00') }}", "1,234.50"],
  apply: (input, args) => formatDecimal(numberOf(input), args.text("format", "#,##0.###")),
};

export const numberFilters: Record<string, FilterDefinition> = {
  abs: {
    about: "Without its sign.",
    parameters: [],
    example: ["{{ -7 | abs }} {{ (-7) | abs }}", "7 7"],
    apply: (input) => Math.abs(numberOf(input)),
  },
  number: {
    about: "The number a text says: type INT, LONG, FLOAT, DOUBLE, BIGDECIMAL or BIGINTEGER.",
    parameters: ["type?"],
    example: ["{{ ('42' | number) + 1 }}", "43"],
    apply: (input, args) => parseNumber(input, args.text("type")),
  },
  numberFormat,
  numberformat: { ...numberFormat, instead: "numberFormat" },
};

function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  const hint = typeof value === "string" ? ": turn it into one with `| number`" : "";
  throw new CallError(`This needs a number, not ${typeNameOf(value)}${hint}`);
}

function parseNumber(input: unknown, type: string): number {
  if (type !== "" && !TYPES.includes(type)) {
    throw new CallError(`\`type\` must be one of ${TYPES.join(", ")}`);
  }
  const isWhole = type === "INT" || type === "LONG" || type === "BIGINTEGER";
  const number = typeof input === "string" ? numberIn(input) : numberOf(input);
  if (isWhole && !Number.isInteger(number)) throw new CallError("The number is not whole");
  if (Number.isInteger(number) && !Number.isSafeInteger(number) && type !== "DOUBLE") {
    throw new CallError("The number has too many digits to be exact: keep it as a text");
  }
  return number;
}

function numberIn(text: string): number {
  if (text.length > MAX_LENGTH) throw new CallError("The text is too long for a number");
  const isNumber = /^[+-]?(?:0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[lfd]?)$/i.test(text);
  const number = /x/i.test(text)
    ? Number(text.replace(/^[+-]/, "")) * (text.startsWith("-") ? -1 : 1)
    : Number(text.replace(/[lfd]$/i, ""));
  if (!isNumber || !Number.isFinite(number)) throw new CallError("The text is not a number");
  return number;
}
