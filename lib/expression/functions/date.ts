import { CallError } from "../call-error.ts";
import type { FunctionDefinition } from "../call.ts";
import { dayOfWeek, daysInMonth, zonedTimeOf } from "../date/moment.ts";
import { momentFrom } from "../date/parse-date.ts";
import { writeDate } from "../filters/date.ts";
import { textOf } from "../value.ts";

const WEEKDAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
const POSITIONS = ["FIRST", "SECOND", "THIRD", "FOURTH"];

export const dateFunctions: Record<string, FunctionDefinition> = {
  now: {
    about: "The present moment; as text when a format or time zone is given.",
    parameters: ["format?", "timeZone?", "existingFormat?", "locale?"],
    call: (args, { scope }) => {
      const now = scope.now();
      if (!args.has("format") && !args.has("timeZone")) return now;
      return writeDate({ milliseconds: now.getTime(), nanoseconds: 0 }, args);
    },
  },
  dayOfMonth: {
    about: "The day of the month of a date, from 1.",
    parameters: ["date"],
    example: ["{{ dayOfMonth('2025-01-06') }}", "6"],
    call: (args) => dateIn(args.value("date")).day,
  },
  dayOfWeek: {
    about: "The English name of the date's day of the week, in capitals.",
    parameters: ["date"],
    example: ["{{ dayOfWeek('2025-01-06T00:30:00+02:00') }}", "MONDAY"],
    call: (args) => WEEKDAYS[dayOfWeek(dateIn(args.value("date"))) - 1],
  },
  hourOfDay: {
    about: "The hour of a date with time, 0 to 23.",
    parameters: ["date"],
    example: ["{{ hourOfDay('2025-01-06T13:30:00Z') }}", "13"],
    call: (args) => dateIn(args.value("date")).hour,
  },
  isDateAfter: {
    about: "Whether a date is after another.",
    parameters: ["date", "after"],
    example: ["{{ isDateAfter('2025-01-02', '2025-01-01') }}", "true"],
    call: (args) => instantOf(args.value("date")) > instantOf(args.value("after")),
  },
  isDateBefore: {
    about: "Whether a date is before another.",
    parameters: ["date", "before"],
    example: ["{{ isDateBefore('2025-01-02', '2025-01-01') }}", "false"],
    call: (args) => instantOf(args.value("date")) < instantOf(args.value("before")),
  },
  isDateBetween: {
    about: "Whether a date is after one and before another.",
    parameters: ["date", "after", "before"],
    example: ["{{ isDateBetween('2025-01-02', '2025-01-01', '2025-01-03') }}", "true"],
    call: (args) => {
      const date = instantOf(args.value("date"));
      return date > instantOf(args.value("after")) && date < instantOf(args.value("before"));
    },
  },
  isDayWeekInMonth: {
    about: "Whether a date is the FIRST, SECOND, THIRD, FOURTH or LAST such weekday of its month.",
    parameters: ["date", "dayOfWeek", "position"],
    example: ["{{ isDayWeekInMonth('2025-01-06', 'MONDAY', 'FIRST') }}", "true"],
    call: (args) => {
      const date = dateIn(args.value("date"));
      if (dayOfWeek(date) !== weekdayOf(args.text("dayOfWeek"))) return false;
      return isPosition(date, args.text("position").toUpperCase());
    },
  },
  isLastWorkingDay: {
    about: "Whether a date is the last working day of its month.",
    parameters: ["date", "workingDays?"],
    example: ["{{ isLastWorkingDay('2025-05-30') }}", "true"],
    call: (args) => {
      const names = args.text("workingDays", WEEKDAYS.slice(0, 5).join(",")).split(/[,\s]+/);
      const days = new Set(names.filter((name) => name !== "").map(weekdayOf));
      return isLastOf(days, dateIn(args.value("date")));
    },
  },
  isWeekend: {
    about: "Whether a date is a Saturday or Sunday.",
    parameters: ["date"],
    example: ["{{ isWeekend('2025-01-05') }}", "true"],
    call: (args) => dayOfWeek(dateIn(args.value("date"))) > 5,
  },
  monthOfYear: {
    about: "The month of a date, 1 to 12.",
    parameters: ["date"],
    example: ["{{ monthOfYear('2025-01-06') }}", "1"],
    call: (args) => dateIn(args.value("date")).month,
  },
};

interface CalendarDay {
  year: number;
  month: number;
  day: number;
  hour: number;
}

/** As Kestra does it: by the calendar of the text's own offset, not by that of UTC. */
function dateIn(value: unknown): CalendarDay {
  const text = value instanceof Date ? value.toISOString() : textOf(value);
  const offset = /T.*?(Z|[+-]\d{2}(?::?\d{2})?)(?:\[.*\])?$/.exec(text.slice(0, 100))?.[1] ?? "UTC";
  return zonedTimeOf(momentFrom(text, "UTC", null), offset);
}

function instantOf(value: unknown): number {
  const moment = momentFrom(value, "UTC", null);
  return moment.milliseconds + moment.nanoseconds / 1e6;
}

function weekdayOf(name: string): number {
  const index = WEEKDAYS.indexOf(name.toUpperCase());
  if (index === -1) throw new CallError(`A day of the week is one of ${WEEKDAYS.join(", ")}`);
  return index + 1;
}

function isPosition(date: CalendarDay, position: string): boolean {
  if (position === "LAST") return date.day + 7 > daysInMonth(date.year, date.month);
  const index = POSITIONS.indexOf(position);
  if (index === -1) throw new CallError("`position` must be FIRST, SECOND, THIRD, FOURTH or LAST");
  return Math.ceil(date.day / 7) === index + 1;
}

function isLastOf(days: ReadonlySet<number>, date: CalendarDay): boolean {
  if (!days.has(dayOfWeek(date))) return false;
  const last = daysInMonth(date.year, date.month);
  for (let day = date.day + 1; day <= last; day += 1) {
    if (days.has(dayOfWeek({ ...date, day }))) return false;
  }
  return true;
}
