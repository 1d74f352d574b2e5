import type { Arguments, FilterDefinition } from "../call.ts";
import { addToMoment } from "../date/add.ts";
import { formatDate } from "../date/format-date.ts";
import type { Moment } from "../date/moment.ts";
import { localeFrom } from "../date/names.ts";
import { momentFrom } from "../date/parse-date.ts";
import { checkZone } from "../date/time-zone.ts";

const DATE_PARAMETERS = ["format?", "timeZone?", "existingFormat?", "locale?"] as const;
const STAMP_PARAMETERS = ["timeZone?", "existingFormat?"] as const;

export const dateFilters: Record<string, FilterDefinition> = {
  date: {
    about: "A date written by a Java pattern or a name such as `iso`, `sql`, `iso_date`.",
    parameters: DATE_PARAMETERS,
    example: [
      "{{ '2024-05-06T07:08:09Z' | date('d MMMM yyyy HH:mm', timeZone='Europe/Paris') }}",
      "6 May 2024 09:08",
    ],
    apply: (input, args) => writeDate(momentIn(input, args), args),
  },
  dateAdd: {
    about: "A date so many units later: DAYS, HOURS, MONTHS, …",
    parameters: ["amount", "unit", ...DATE_PARAMETERS],
    example: ["{{ '2024-01-31' | dateAdd(1, 'MONTHS', 'yyyy-MM-dd') }}", "2024-02-29"],
    apply: (input, args) => {
      const added = { amount: args.integer("amount"), unit: args.text("unit") };
      return writeDate(addToMoment(momentIn(input, args), added, zoneIn(args)), args);
    },
  },
  timestamp: {
    about: "Seconds since 1970.",
    parameters: STAMP_PARAMETERS,
    example: ["{{ '2013-09-08T16:19:12.123456+01' | timestamp }}", "1378653552"],
    apply: (input, args) => Math.floor(momentIn(input, args).milliseconds / 1000),
  },
  timestampMilli: {
    about: "Milliseconds since 1970.",
    parameters: STAMP_PARAMETERS,
    example: ["{{ '2013-09-08T16:19:12.123456+01' | timestampMilli }}", "1378653552123"],
    apply: (input, args) => momentIn(input, args).milliseconds,
  },
  timestampMicro: {
    about: "Microseconds since 1970, as text.",
    parameters: STAMP_PARAMETERS,
    example: ["{{ '2013-09-08T16:19:12.123456+01' | timestampMicro }}", "1378653552123456"],
    apply: (input, args) => String(nanosecondsOf(momentIn(input, args)) / 1000n),
  },
  timestampNano: {
    about: "Nanoseconds since 1970, as text.",
    parameters: STAMP_PARAMETERS,
    example: ["{{ '2013-09-08T16:19:12.123456+01' | timestampNano }}", "1378653552123456000"],
    apply: (input, args) => String(nanosecondsOf(momentIn(input, args))),
  },
};

/** The zone of the argument `timeZone`; UTC without one. */
function zoneIn(args: Arguments): string {
  return checkZone(args.text("timeZone", "UTC"));
}

/** The date written as the arguments `format`, `timeZone` and `locale` say. */
export function writeDate(moment: Moment, args: Arguments): string {
  return formatDate(moment, {
    format: args.text("format", "iso"),
    zone: zoneIn(args),
    locale: localeFrom(args.text("locale", "en-US")),
  });
}

function momentIn(input: unknown, args: Arguments): Moment {
  const existing = args.has("existingFormat") ? args.text("existingFormat") : null;
  return momentFrom(input, zoneIn(args), existing);
}

function nanosecondsOf(moment: Moment): bigint {
  return BigInt(moment.milliseconds) * 1_000_000n + BigInt(moment.nanoseconds);
}
