import { CallError } from "../call-error.ts";
import {
  dayOfWeek,
  dayOfYear,
  isoWeek,
  type Moment,
  type ZonedTime,
  zonedTimeOf,
} from "./moment.ts";
import { halfDayName, monthName, styleOf, weekdayNameOf, zoneName } from "./names.ts";
import { parsePattern, patternNamed, type PatternPart } from "./pattern.ts";

const STYLES = ["full", "long", "medium", "short"] as const;

export interface DateFormat {
  /** A pattern of Java's DateTimeFormatter, or one of the names of LANGUAGE.md 3.9. */
  format: string;
  zone: string;
  locale: string;
}

/** @throws CallError when the pattern cannot be read */
export function formatDate(moment: Moment, { format, zone, locale }: DateFormat): string {
  const style = STYLES.find((candidate) => candidate === format);
  if (style !== undefined) return styled(moment, style, { format, zone, locale });
  const time = zonedTimeOf(moment, zone);
  const iso = isoText(time, format);
  if (iso !== null) return iso;
  const shown = format === "rfc_1123_date_time" ? zonedTimeOf(moment, "UTC") : time;
  const parts = parsePattern(patternNamed(format));
  return formatParts(parts, { time: shown, moment, locale });
}

interface Shown {
  time: ZonedTime;
  moment: Moment;
  locale: string;
}

function styled(moment: Moment, style: (typeof STYLES)[number], how: DateFormat): string {
  const fixed = /^[+-]/.test(how.zone) ? how.zone : null;
  return new Intl.DateTimeFormat(how.locale, {
    dateStyle: style,
    // A zone's name needs a named zone.
    timeStyle: fixed === null ? style : "medium",
    timeZone: how.zone,
  }).format(moment.milliseconds);
}

/** Java's ISO formats, whose fraction has as many digits as it needs; null for other names. */
function isoText(time: ZonedTime, format: string): string | null {
  const date = `${pad(time.year, 4)}-${pad(time.month, 2)}-${pad(time.day, 2)}`;
  const fraction = time.nanosecond === 0 ? "" : `.${pad(time.nanosecond, 9).replace(/0+$/, "")}`;
  const clock = `${pad(time.hour, 2)}:${pad(time.minute, 2)}:${pad(time.second, 2)}${fraction}`;
  const offset = offsetText(time.offset, 3, "Z");
  const region = /^[+-]|^Z$/.test(time.zone) ? "" : `[${time.zone}]`;
  const week = isoWeek(time);
  switch (format) {
    case "iso_instant": {
      const millis = time.hour * 3600 + time.minute * 60 + time.second - time.offset;
      const utc = new Date(Date.UTC(time.year, time.month - 1, time.day) + millis * 1000);
      return `${utc.toISOString().slice(0, 19)}${javaFraction(time.nanosecond)}Z`;
    }
    case "iso_local_date_time":
      return `${date}T${clock}`;
    case "iso_offset_date_time":
      return `${date}T${clock}${offset}`;
    case "iso_date_time":
    case "iso_zoned_date_time":
      return `${date}T${clock}${offset}${region}`;
    case "iso_time":
    case "iso_offset_time":
      return `${clock}${offset}`;
    case "iso_local_time":
      return clock;
    case "iso_offset_date":
      return `${date}${offset}`;
    case "basic_iso_date":
      return date.replaceAll("-", "") + offsetText(time.offset, 2, "Z");
    case "iso_week_date":
      return `${pad(week.weekYear, 4)}-W${pad(week.week, 2)}-${dayOfWeek(time)}${offset}`;
    default:
      return null;
  }
}

/** ISO_INSTANT writes 3, 6 or 9 digits. */
function javaFraction(nanosecond: number): string {
  if (nanosecond === 0) return "";
  const digits = pad(nanosecond, 9);
  if (digits.endsWith("000000")) return `.${digits.slice(0, 3)}`;
  return digits.endsWith("000") ? `.${digits.slice(0, 6)}` : `.${digits}`;
}

function formatParts(parts: PatternPart[], shown: Shown): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      if (part.kind === "optional") return formatParts(part.parts, shown);
      return formatField(part.letter, part.count, shown);
    })
    .join("");
}

function formatField(letter: string, count: number, shown: Shown): string {
  const { time, moment, locale } = shown;
  switch (letter) {
    case "y":
    case "u":
      return yearText(time.year, count);
    case "Y":
      return yearText(isoWeek(time).weekYear, count);
    case "M":
    case "L":
      if (count <= 2) return pad(time.month, count);
      return monthName(time.month, styleOf(count), locale);
    case "E":
      return weekdayNameOf(time, styleOf(count), locale);
    case "e":
    case "c":
      return count <= 2 ? pad(dayOfWeek(time), count) : weekdayNameOf(time, styleOf(count), locale);
    case "Q":
    case "q":
      return quarterText(Math.ceil(time.month / 3), count);
    case "G":
      return count === 4 ? "Anno Domini" : count === 5 ? "A" : "AD";
    case "a":
      return halfDayName(time.hour, locale);
    case "S":
      return pad(time.nanosecond, 9).padEnd(count, "0").slice(0, count);
    case "V":
      return time.zone;
    case "z":
    case "v":
      return zoneName(moment.milliseconds, time.zone, count === 4 ? "long" : "short");
    case "X":
      return offsetText(time.offset, count, "Z");
    case "x":
      return offsetText(time.offset, count, null);
    case "Z":
      if (count === 4) return localizedOffset(time.offset, true);
      return count === 5 ? offsetText(time.offset, 5, "Z") : offsetText(time.offset, 2, null);
    case "O":
      return localizedOffset(time.offset, count === 4);
    default:
      return pad(numberField(letter, time), count);
  }
}

function numberField(letter: string, time: ZonedTime): number {
  switch (letter) {
    case "d":
      return time.day;
    case "D":
      return dayOfYear(time);
    case "w":
      return isoWeek(time).week;
    case "H":
      return time.hour;
    case "k":
      return time.hour === 0 ? 24 : time.hour;
    case "K":
      return time.hour % 12;
    case "h":
      return time.hour % 12 || 12;
    case "m":
      return time.minute;
    case "s":
      return time.second;
    case "n":
      return time.nanosecond;
    case "A":
      return Math.floor(nanoOfDay(time) / 1_000_000);
    case "N":
      return nanoOfDay(time);
    default:
      throw new CallError(`The letter \`${letter}\` of date patterns is not supported`, {
        kind: "unsupported",
      });
  }
}

function nanoOfDay(time: ZonedTime): number {
  return (time.hour * 3600 + time.minute * 60 + time.second) * 1e9 + time.nanosecond;
}

function yearText(year: number, count: number): string {
  return count === 2 ? pad(Math.abs(year) % 100, 2) : pad(year, count);
}

function quarterText(quarter: number, count: number): string {
  if (count <= 2) return pad(quarter, count);
  if (count === 3) return `Q${quarter}`;
  return `${quarter}${["st", "nd", "rd", "th"][quarter - 1] ?? "th"} quarter`;
}

/** `+hh` (1, minutes when there are any), `+hhmm` (2), `+hh:mm` (3); 4 and 5 with seconds if any. */
function offsetText(offset: number, count: number, zero: string | null): string {
  if (offset === 0 && zero !== null) return zero;
  const size = Math.abs(offset);
  const sign = offset < 0 ? "-" : "+";
  const [hours, minutes, seconds] = [size / 3600, (size / 60) % 60, size % 60].map((part) =>
    pad(Math.floor(part), 2),
  );
  if (count === 1) return `${sign}${hours}${minutes === "00" ? "" : minutes}`;
  const colon = count === 3 || count === 5 ? ":" : "";
  const tail = count >= 4 && seconds !== "00" ? `${colon}${seconds}` : "";
  return `${sign}${hours}${colon}${minutes}${tail}`;
}

function localizedOffset(offset: number, isLong: boolean): string {
  if (offset === 0) return "GMT";
  const text = offsetText(offset, 3, null);
  return isLong ? `GMT${text}` : `GMT${text.replace(/^([+-])0/, "$1").replace(/:00$/, "")}`;
}

function pad(value: number, width: number): string {
  const digits = String(Math.abs(value)).padStart(width, "0");
  return value < 0 ? `-${digits}` : digits;
}
