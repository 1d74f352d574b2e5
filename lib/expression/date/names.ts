import { CallError } from "../call-error.ts";
import { dayOfWeek, type ZonedTime } from "./moment.ts";

export type NameStyle = "short" | "long" | "narrow";

/** `1`, `2` or `3` letters short, `4` long, `5` narrow: Java's rule for text fields. */
export function styleOf(count: number): NameStyle {
  if (count <= 3) return "short";
  return count === 4 ? "long" : "narrow";
}

/** @throws CallError when there is no such locale */
export function localeFrom(text: string): string {
  try {
    return new Intl.Locale(text.replaceAll("_", "-")).toString();
  } catch (error) {
    throw new CallError("There is no such locale; write for example `en_US` or `fr_FR`", {
      cause: error,
    });
  }
}

/** @param month from 1 */
export function monthName(month: number, style: NameStyle, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: style, timeZone: "UTC" }).format(
    Date.UTC(2024, month - 1, 1),
  );
}

export function weekdayName(weekday: number, style: NameStyle, locale: string): string {
  // The first of January 2024 is a Monday.
  return new Intl.DateTimeFormat(locale, { weekday: style, timeZone: "UTC" }).format(
    Date.UTC(2024, 0, weekday),
  );
}

export function weekdayNameOf(time: ZonedTime, style: NameStyle, locale: string): string {
  return weekdayName(dayOfWeek(time), style, locale);
}

/** `AM` or `PM` in the locale's words. */
export function halfDayName(hour: number, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, {
    hour: "numeric",
    hourCycle: "h12",
    timeZone: "UTC",
  }).formatToParts(Date.UTC(2024, 0, 1, hour));
  return parts.find((part) => part.type === "dayPeriod")?.value ?? (hour < 12 ? "AM" : "PM");
}

/** Locales whose short zone names are asked for, because each knows those of its own region only. */
const ZONE_LOCALES = ["en-US", "en-GB", "en-AU", "en-IN", "en-ZA", "en-NZ"];

/** `CET`, `Central European Standard Time`; the offset where a zone has no name. */
export function zoneName(milliseconds: number, zone: string, style: "short" | "long"): string {
  const isOffset = /^[+-]/.test(zone);
  if (isOffset || zone === "Z") return zone;
  const names = ZONE_LOCALES.map((locale) => {
    const parts = new Intl.DateTimeFormat(locale, {
      timeZone: zone,
      timeZoneName: style,
    }).formatToParts(milliseconds);
    return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
  });
  return names.find((name) => !name.startsWith("GMT")) ?? names[0] ?? zone;
}
