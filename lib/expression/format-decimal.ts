import { CallError } from "./call-error.ts";

interface DecimalPattern {
  prefix: string;
  suffix: string;
  minimumInteger: number;
  minimumFraction: number;
  maximumFraction: number;
  /** Digits between separators; 0: none. */
  grouping: number;
  /** 100 for `%`, 1000 for `‰`. */
  factor: number;
}

const MAX_DIGITS = 100;
const MAX_PATTERN = 200;

/**
 * A number by a pattern of Java's DecimalFormat: `0`, `#`, `,`, `.`, `%`, `‰`, text around it (in
 * quotes where it is special) and a second pattern for negative numbers after `;`.
 * @throws CallError for a pattern that cannot be read
 */
export function formatDecimal(value: number, pattern: string): string {
  const [positive = "", negative] = splitPattern(pattern);
  const shape = parsePattern(positive);
  // Decides the sign after rounding: -0.001 by `0.00` is `-0` in Java too.
  const digits = digitsOf(Math.abs(value) * shape.factor, shape);
  if (value >= 0) return shape.prefix + digits + shape.suffix;
  if (negative === undefined) return `-${shape.prefix}${digits}${shape.suffix}`;
  const other = parsePattern(negative);
  return other.prefix + digits + other.suffix;
}

function digitsOf(value: number, shape: DecimalPattern): string {
  const text = new Intl.NumberFormat("en-US", {
    minimumIntegerDigits: Math.min(Math.max(shape.minimumInteger, 1), 21),
    minimumFractionDigits: Math.min(shape.minimumFraction, MAX_DIGITS),
    maximumFractionDigits: Math.min(shape.maximumFraction, MAX_DIGITS),
    useGrouping: false,
    roundingMode: "halfEven",
  }).format(value);
  const [whole = "", fraction] = text.split(".");
  const shown = whole === "0" && shape.minimumInteger === 0 && fraction !== undefined ? "" : whole;
  const grouped =
    shape.grouping === 0
      ? shown
      : shown.replaceAll(new RegExp(`\\B(?=(\\d{${shape.grouping}})+$)`, "g"), ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function splitPattern(pattern: string): string[] {
  const parts: string[] = [""];
  let isQuoted = false;
  for (const character of pattern) {
    if (character === "'") isQuoted = !isQuoted;
    if (character === ";" && !isQuoted) parts.push("");
    else parts.push((parts.pop() ?? "") + character);
  }
  return parts;
}

function parsePattern(pattern: string): DecimalPattern {
  if (pattern.length > MAX_PATTERN)
    throw new CallError("The pattern is too long", { kind: "limit" });
  const match = /^((?:'[^']*'|[^'#0,.])*)([#0,]*)(?:\.([#0]*))?((?:'[^']*'|[^'#0,.])*)$/u.exec(
    pattern,
  );
  const whole = match?.[2] ?? "";
  const fraction = match?.[3] ?? "";
  if (match === null || whole + fraction === "" || /0#|0,?#/.test(whole) || /#0/.test(fraction)) {
    throw new CallError("This is not a pattern of DecimalFormat, for example `#,##0.00`");
  }
  const affixes = (match[1] ?? "") + (match[4] ?? "");
  if (match[4]?.startsWith("E") === true) {
    throw new CallError("Scientific patterns (`E0`) are not supported", { kind: "unsupported" });
  }
  const zeros = whole.replaceAll(/[^0]/g, "").length;
  const hasPoint = match[3] !== undefined;
  return {
    prefix: affix(match[1] ?? ""),
    suffix: affix(match[4] ?? ""),
    // `#.##` shows the 0 before the point, `#.00` does not: so does Java.
    minimumInteger: hasPoint && !(whole + fraction).includes("0") ? 1 : zeros,
    minimumFraction: fraction.replaceAll("#", "").length,
    maximumFraction: fraction.length,
    grouping: whole.includes(",") ? whole.length - whole.lastIndexOf(",") - 1 : 0,
    factor: affixes.includes("%") ? 100 : affixes.includes("‰") ? 1000 : 1,
  };
}

function affix(text: string): string {
  return text.replaceAll(/'([^']*)'/g, (_, quoted: string) => quoted || "'");
}
