import { CallError } from "../call-error.ts";
import { localMilliseconds, offsetAt } from "./time-zone.ts";

/** An instant with nanoseconds, which a JavaScript Date cannot hold. */
export interface Moment {
  /** Whole milliseconds since 1970, UTC. */
  milliseconds: number;
  /** Beyond the milliseconds, 0 to 999,999. */
  nanoseconds: number;
}

/** A moment as calendar and clock show it in a time zone. */
export interface ZonedTime {
  year: number;
  /** From 1. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** Of the second, 0 to 999,999,999. */
  nanosecond: number;
  /** Seconds east of UTC. */
  offset: number;
  zone: string;
}

/** A time by calendar and clock, without a place. */
export type LocalTime = Omit<ZonedTime, "offset" | "zone">;

const DAY = 86_400_000;

export function zonedTimeOf(moment: Moment, zone: string): ZonedTime {
  const offset = offsetAt(moment.milliseconds, zone);
  const local = new Date(moment.milliseconds + offset * 1000);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    nanosecond: local.getUTCMilliseconds() * 1_000_000 + moment.nanoseconds,
    offset,
    zone,
  };
}

/**
 * The moment when clocks in the zone show this time. As in Java, a time that a change of clocks skips
 * moves on by the gap, and one that occurs twice is the first.
 * @throws CallError when there is no such time, for example 31 June
 */
export function momentOf(local: LocalTime, zone: string): Moment {
  const asUtc = utcMillisecondsOf(local);
  const offsets = [offsetAt(asUtc - DAY, zone), offsetAt(asUtc + DAY, zone)];
  const candidates = offsets.map((offset) => asUtc - offset * 1000);
  const real = candidates.filter((candidate) => localMilliseconds(candidate, zone) === asUtc);
  const chosen = real.length > 0 ? Math.min(...real) : (candidates[0] ?? asUtc);
  return { milliseconds: chosen, nanoseconds: local.nanosecond % 1_000_000 };
}

/** The moment of a time with a known offset from UTC, in seconds. */
export function momentAtOffset(local: LocalTime, offset: number): Moment {
  return {
    milliseconds: utcMillisecondsOf(local) - offset * 1000,
    nanoseconds: local.nanosecond % 1_000_000,
  };
}

function utcMillisecondsOf(local: LocalTime): number {
  const date = new Date(0);
  date.setUTCFullYear(local.year, local.month - 1, local.day);
  date.setUTCHours(
    local.hour,
    local.minute,
    local.second,
    Math.floor(local.nanosecond / 1_000_000),
  );
  const isReal =
    date.getUTCMonth() === local.month - 1 &&
    date.getUTCDate() === local.day &&
    date.getUTCHours() === local.hour &&
    date.getUTCMinutes() === local.minute &&
    date.getUTCSeconds() === local.second;
  if (!isReal) throw new CallError("There is no such date or time");
  return date.getTime();
}

/** Monday 1 to Sunday 7. */
export function dayOfWeek(date: { year: number; month: number; day: number }): number {
  return new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay() || 7;
}

/** From 1. */
export function dayOfYear(date: { year: number; month: number; day: number }): number {
  const start = Date.UTC(date.year, 0, 1);
  return Math.round((Date.UTC(date.year, date.month - 1, date.day) - start) / DAY) + 1;
}

/** ISO 8601 week and the year it belongs to. */
export function isoWeek(date: { year: number; month: number; day: number }): {
  weekYear: number;
  week: number;
} {
  const thursday = new Date(Date.UTC(date.year, date.month - 1, date.day + 4 - dayOfWeek(date)));
  const weekYear = thursday.getUTCFullYear();
  return {
    weekYear,
    week: Math.ceil(((thursday.getTime() - Date.UTC(weekYear, 0, 1)) / DAY + 1) / 7),
  };
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
