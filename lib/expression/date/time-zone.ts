import { CallError } from "../call-error.ts";

const FIXED = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/;
const clocks = new Map<string, Intl.DateTimeFormat>();
const MAX_CLOCKS = 500;

/** Seconds east of UTC in a zone (`Europe/Paris`, `UTC`, `+02:00`) at a moment. */
export function offsetAt(milliseconds: number, zone: string): number {
  const fixed = fixedOffsetOf(zone);
  if (fixed !== null) return fixed;
  return Math.round((localMilliseconds(milliseconds, zone) - floorToSecond(milliseconds)) / 1000);
}

/** What the clocks of the zone show, as if it were UTC, to the millisecond. */
export function localMilliseconds(milliseconds: number, zone: string): number {
  const fixed = fixedOffsetOf(zone);
  if (fixed !== null) return milliseconds + fixed * 1000;
  if (Math.abs(milliseconds) > 8.64e15) throw new CallError("The date is too far away");
  const parts = new Map<string, number>();
  for (const { type, value } of clockOf(zone).formatToParts(milliseconds)) {
    parts.set(type, Number(value));
  }
  const get = (name: string): number => parts.get(name) ?? 0;
  const date = new Date(0);
  date.setUTCFullYear(get("year"), get("month") - 1, get("day"));
  date.setUTCHours(get("hour"), get("minute"), get("second"), 0);
  return date.getTime() + (milliseconds - floorToSecond(milliseconds));
}

/** @throws CallError when there is no such zone */
export function checkZone(zone: string): string {
  if (fixedOffsetOf(zone) === null) clockOf(zone);
  return zone;
}

/** Seconds of a zone that is an offset; null for a named one. */
export function fixedOffsetOf(zone: string): number | null {
  if (["UTC", "GMT", "UT", "Z", "Etc/UTC"].includes(zone)) return 0;
  const match = FIXED.exec(zone);
  if (match === null) return null;
  const [, sign, hours = "0", minutes = "0", seconds = "0"] = match;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (size > 18 * 3600) throw new CallError("A time zone is at most 18 hours from UTC");
  return sign === "-" && size > 0 ? -size : size;
}

function floorToSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  try {
    const clock = new Intl.DateTimeFormat("en-US-u-ca-iso8601", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    if (clocks.size < MAX_CLOCKS) clocks.set(zone, clock);
    return clock;
  } catch (error) {
    throw new CallError(
      "There is no such time zone; write for example `Europe/Paris` or `+02:00`",
      {
        cause: error,
      },
    );
  }
}
