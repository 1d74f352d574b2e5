import { CallError } from "../call-error.ts";
import { type LocalTime, type Moment, momentAtOffset, momentOf } from "./moment.ts";
import { halfDayName, monthName, styleOf, weekdayName } from "./names.ts";
import { parsePattern, type PatternPart } from "./pattern.ts";
import { checkZone, fixedOffsetOf } from "./time-zone.ts";

interface Reading {
  text: string;
  at: number;
  locale: string;
  fields: Map<string, number>;
  zone: string | null;
}

const NUMERIC = "yuMLdDHhKkmsSn";

/**
 * Reads a text by a pattern of Java's DateTimeFormatter.
 * @throws CallError where the text does not fit
 */
export function parseByPattern(
  text: string,
  pattern: string,
  options: { zone: string; locale: string },
): Moment {
  const parts = parsePattern(pattern);
  const reading: Reading = { text, at: 0, locale: options.locale, fields: new Map(), zone: null };
  if (!readParts(parts, reading) || reading.at !== text.length) {
    throw new CallError(
      `The text does not fit the pattern \`${pattern}\` from its character ${reading.at + 1} on`,
    );
  }
  const local = localTimeFrom(reading.fields);
  const zone = reading.zone ?? options.zone;
  const offset = fixedOffsetOf(zone);
  return offset === null ? momentOf(local, zone) : momentAtOffset(local, offset);
}

function readParts(parts: PatternPart[], reading: Reading): boolean {
  return parts.every((part, index) => {
    if (part.kind === "optional") {
      const before = { at: reading.at, fields: new Map(reading.fields), zone: reading.zone };
      if (!readParts(part.parts, reading)) Object.assign(reading, before);
      return true;
    }
    if (part.kind === "text") {
      if (!reading.text.startsWith(part.text, reading.at)) return false;
      reading.at += part.text.length;
      return true;
    }
    const next = parts[index + 1];
    const isAdjacent = next?.kind === "field" && isNumeric(next.letter, next.count);
    return readField(part, isAdjacent, reading);
  });
}

function isNumeric(letter: string, count: number): boolean {
  return NUMERIC.includes(letter) && !("ML".includes(letter) && count > 2);
}

function readField(
  { letter, count }: { letter: string; count: number },
  isAdjacent: boolean,
  reading: Reading,
): boolean {
  if (isNumeric(letter, count)) return readNumber(letter, { count, isAdjacent }, reading);
  if ("ML".includes(letter)) {
    return readName(letter, reading, 12, (month) =>
      monthName(month, styleOf(count), reading.locale),
    );
  }
  if (letter === "E") {
    return readName(letter, reading, 7, (day) => weekdayName(day, styleOf(count), reading.locale));
  }
  if (letter === "a") {
    return readName(letter, reading, 2, (half) => halfDayName(half * 12 - 12, reading.locale));
  }
  if ("XxZzVOv".includes(letter)) return readZone(reading);
  throw new CallError(`The letter \`${letter}\` cannot be read from a text`, {
    kind: "unsupported",
  });
}

function readNumber(
  letter: string,
  width: { count: number; isAdjacent: boolean },
  reading: Reading,
): boolean {
  const { count, isAdjacent } = width;
  const isYear = "yu".includes(letter);
  const isFixed = isAdjacent || letter === "S" || (count > 1 && !(isYear && count >= 4));
  const maximum = isFixed ? count : isYear ? 9 : 19;
  const digits = /^\d*/.exec(reading.text.slice(reading.at, reading.at + maximum))?.[0] ?? "";
  if (digits.length < Math.min(count, maximum) || digits === "") return false;
  reading.at += digits.length;
  let value = Number(digits);
  if (letter === "S") value = Number(digits.slice(0, 9).padEnd(9, "0"));
  if (isYear && count === 2) value += 2000;
  reading.fields.set(letter === "u" ? "y" : letter === "L" ? "M" : letter, value);
  return true;
}

/** Reads the longest of the names that stands here; case does not matter. */
function readName(
  letter: string,
  reading: Reading,
  count: number,
  nameOf: (index: number) => string,
): boolean {
  const rest = reading.text.slice(reading.at, reading.at + 40).toLowerCase();
  let best = 0;
  let length = 0;
  for (let index = 1; index <= count; index += 1) {
    const name = nameOf(index).toLowerCase();
    if (name.length <= length || !rest.startsWith(name)) continue;
    best = index;
    length = name.length;
  }
  if (best === 0) return false;
  reading.at += length;
  reading.fields.set(letter === "L" ? "M" : letter, best);
  return true;
}

function readZone(reading: Reading): boolean {
  const rest = reading.text.slice(reading.at, reading.at + 60);
  const zone =
    /^(?:(?:UTC|GMT)?[+-]\d{2}(?::?\d{2}){0,2}|Z(?![A-Za-z])|[A-Za-z]+(?:\/[\w+-]+)*)/.exec(
      rest,
    )?.[0];
  if (zone === undefined) return false;
  reading.zone = checkZone(zone);
  reading.at += zone.length;
  return true;
}

function localTimeFrom(fields: ReadonlyMap<string, number>): LocalTime {
  const get = (letter: string, fallback: number): number => fields.get(letter) ?? fallback;
  const isAfternoon = get("a", 1) === 2;
  const hour12 = fields.get("h") ?? fields.get("K");
  const hour24 = get("H", get("k", 0) % 24);
  const year = get("y", 1970);
  const ordinal = fields.get("D");
  const date =
    ordinal === undefined ? null : new Date(Date.UTC(year, 0, 1) + (ordinal - 1) * 86_400_000);
  return {
    year,
    month: date === null ? get("M", 1) : date.getUTCMonth() + 1,
    day: date === null ? get("d", 1) : date.getUTCDate(),
    hour: hour12 === undefined ? hour24 : (hour12 % 12) + (isAfternoon ? 12 : 0),
    minute: get("m", 0),
    second: get("s", 0),
    nanosecond: fields.get("S") ?? get("n", 0),
  };
}
