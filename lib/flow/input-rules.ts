import { PatternTimeout, TimedPattern } from "#lib/expression/regex/timed-pattern.ts";
import { durationMs } from "./duration.ts";
import type { Input } from "./flow.ts";

/**
 * Why a value of the right type is refused, as in Kestra; null when it is not. The text completes
 * "Invalid input for …, ". `values` are what a SELECT offers.
 */
export function ruleBroken(input: Input, value: unknown, values: readonly string[]): string | null {
  switch (input.type) {
    case "STRING":
    case "SECRET":
      return patternBroken(input, String(value));
    case "INT":
    case "FLOAT":
      return rangeBroken(input, Number(value), Number, "it");
    case "DURATION":
      return rangeBroken(
        input,
        durationMs(String(value)) ?? 0,
        (text) => durationMs(text) ?? NaN,
        "It",
      );
    case "DATE":
    case "TIME":
      return spanBroken(input, String(value), (text) => text);
    case "DATETIME":
      return spanBroken(input, Date.parse(String(value)), (text) => Date.parse(text));
    case "SELECT":
    case "ENUM":
      return choiceBroken(input, [value], values);
    case "MULTISELECT":
      return choiceBroken(input, Array.isArray(value) ? value : [value], values);
    case "FILE":
      return extensionBroken(input, String(value));
    case "BOOLEAN":
    case "BOOL":
    case "JSON":
    case "YAML":
    case "URI":
    case "EMAIL":
    case "ARRAY":
      return null;
  }
}

/** A value is matched in microseconds; nothing else is answered meanwhile. */
const PATTERN_MS = 100;

function patternBroken(input: Input, value: string): string | null {
  if (input.validator === null) return null;
  const pattern = wholePattern(input.validator);
  try {
    const found = pattern === null ? [] : new TimedPattern(pattern).find([value], PATTERN_MS);
    return found.length > 0 ? null : `it must match the pattern \`${input.validator}\``;
  } catch (error) {
    if (!(error instanceof PatternTimeout)) throw error;
    return `the pattern \`${input.validator}\` takes too long on it: make the validator simpler`;
  }
}

/** The validator's pattern for the whole text; null when it is no pattern. */
export function wholePattern(validator: string): RegExp | null {
  const isInsensitive = validator.startsWith("(?i)");
  const source = isInsensitive ? validator.slice("(?i)".length) : validator;
  // `\p{L}` needs the flag u, which in turn refuses needless escapes that Java allows.
  for (const flags of isInsensitive ? ["iu", "i"] : ["u", ""]) {
    try {
      return new RegExp(`^(?:${source})$`, flags);
    } catch {
      // Not a pattern with these flags.
    }
  }
  return null;
}

function rangeBroken(
  input: Input,
  value: number,
  read: (text: string) => number,
  it: "it" | "It",
): string | null {
  if (input.min !== null && value < read(input.min))
    return `${it} must be more than \`${input.min}\``;
  if (input.max !== null && value > read(input.max))
    return `${it} must be less than \`${input.max}\``;
  return null;
}

function spanBroken<Moment extends string | number>(
  input: Input,
  value: Moment,
  read: (text: string) => Moment,
): string | null {
  if (input.after !== null && value < read(input.after))
    return `it must be after \`${input.after}\``;
  if (input.before !== null && value > read(input.before)) {
    return `it must be before \`${input.before}\``;
  }
  return null;
}

function choiceBroken(input: Input, chosen: unknown[], values: readonly string[]): string | null {
  if (input.allowCustomValue || chosen.every((one) => values.includes(String(one)))) return null;
  return `it must match the values \`[${values.join(", ")}]\``;
}

function extensionBroken(input: Input, uri: string): string | null {
  const allowed = input.allowedFileExtensions;
  if (allowed.length === 0) return null;
  const name = uri.toLowerCase();
  const isAllowed = allowed.some((ending) => name.endsWith(ending.toLowerCase()));
  return isAllowed ? null : `its file must end in one of \`[${allowed.join(", ")}]\``;
}
