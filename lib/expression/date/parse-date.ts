import { CallError } from "../call-error.ts";
import { typeNameOf } from "../value.ts";
import { type LocalTime, type Moment, momentAtOffset, momentOf } from "./moment.ts";
import { parseByPattern } from "./parse-pattern.ts";
import { patternNamed } from "./pattern.ts";
import { fixedOffsetOf } from "./time-zone.ts";

const ISO =
  /^([+-]?\d{4,9})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?(?:\[([\w/+:-]{1,60})\])?$/i;
/** Numbers from here on are milliseconds: as seconds they would be after the year 5138. */
const FIRST_MILLISECONDS = 1e11;
/** 60 units of the ISO formats; longer texts are no dates. */
const MAX_LENGTH = 200;

/**
 * The moment that a value says: a Date, seconds or milliseconds since 1970, or a text: ISO 8601, or
 * as `existingFormat` says. A text without a zone is in `zone`.
 * @throws CallError when it says none
 */
export function momentFrom(value: unknown, zone: string, existingFormat: string | null): Moment {
  if (value instanceof Date) return fromMilliseconds(value.getTime());
  if (typeof value === "number") {
    const isSeconds = Math.abs(value) < FIRST_MILLISECONDS;
    return fromMilliseconds(Math.round(isSeconds ? value * 1000 : value));
  }
  if (typeof value !== "string" || value.length > MAX_LENGTH) {
    throw new CallError(`This needs a date, not ${typeNameOf(value)}`);
  }
  const text = value.trim();
  if (existingFormat === null || existingFormat.startsWith("iso_")) {
    const moment = fromIso(text, zone);
    if (moment !== null) return moment;
  }
  if (existingFormat === null) {
    throw new CallError(
      "The text is not an ISO 8601 date; say how it is written with `existingFormat`",
    );
  }
  if (existingFormat === "rfc_1123_date_time") {
    return parseByPattern(text, "[EEE, ]d MMM yyyy HH:mm[:ss] [z][Z]", { zone, locale: "en-US" });
  }
  return parseByPattern(text, patternNamed(existingFormat), { zone, locale: "en-US" });
}

function fromMilliseconds(milliseconds: number): Moment {
  if (!Number.isFinite(milliseconds) || Math.abs(milliseconds) > 8.64e15) {
    throw new CallError("This is not a valid date");
  }
  return { milliseconds, nanoseconds: 0 };
}

function fromIso(text: string, zone: string): Moment | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const local: LocalTime = {
    year: Number(match[1]),
    month: Number(match[2]),
    day: Number(match[3]),
    hour: Number(match[4] ?? 0),
    minute: Number(match[5] ?? 0),
    second: Number(match[6] ?? 0),
    nanosecond: Number((match[7] ?? "").padEnd(9, "0")),
  };
  const offset = match[8] === undefined ? null : fixedOffsetOf(match[8].toUpperCase());
  return offset === null ? momentOf(local, match[9] ?? zone) : momentAtOffset(local, offset);
}
