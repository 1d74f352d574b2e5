import { CallError } from "../call-error.ts";
import { daysInMonth, type Moment, momentOf, zonedTimeOf } from "./moment.ts";

/** Java's ChronoUnit: those with a fixed length, in nanoseconds. */
const NANOSECONDS = new Map([
  ["NANOS", 1],
  ["MICROS", 1e3],
  ["MILLIS", 1e6],
  ["SECONDS", 1e9],
  ["MINUTES", 60e9],
  ["HOURS", 3600e9],
  ["HALF_DAYS", 43_200e9],
]);
const DAYS = new Map([
  ["DAYS", 1],
  ["WEEKS", 7],
]);
const MONTHS = new Map([
  ["MONTHS", 1],
  ["YEARS", 12],
  ["DECADES", 120],
  ["CENTURIES", 1200],
  ["MILLENNIA", 12_000],
]);
const UNITS = [...NANOSECONDS.keys(), ...DAYS.keys(), ...MONTHS.keys()];

/**
 * A moment so many units later; days, months and years by the calendar of the zone.
 * @throws CallError for a unit there is not, or a date too far away
 */
export function addToMoment(
  moment: Moment,
  added: { amount: number; unit: string },
  zone: string,
): Moment {
  const unit = added.unit.toUpperCase();
  const nanoseconds = NANOSECONDS.get(unit);
  if (nanoseconds !== undefined)
    return addNanoseconds(moment, BigInt(added.amount) * BigInt(nanoseconds));
  const time = zonedTimeOf(moment, zone);
  const days = DAYS.get(unit);
  const months = MONTHS.get(unit);
  if (days === undefined && months === undefined) {
    throw new CallError(`\`unit\` must be one of ${UNITS.join(", ")}`);
  }
  const monthIndex = time.year * 12 + time.month - 1 + added.amount * (months ?? 0);
  const year = Math.floor(monthIndex / 12);
  const month = (((monthIndex % 12) + 12) % 12) + 1;
  checkYear(year);
  const day = Math.min(time.day, daysInMonth(year, month));
  const moved = new Date(Date.UTC(year, month - 1, day + added.amount * (days ?? 0)));
  checkYear(moved.getUTCFullYear());
  return momentOf(
    {
      ...time,
      year: moved.getUTCFullYear(),
      month: moved.getUTCMonth() + 1,
      day: moved.getUTCDate(),
    },
    zone,
  );
}

function addNanoseconds(moment: Moment, added: bigint): Moment {
  const total = BigInt(moment.milliseconds) * 1_000_000n + BigInt(moment.nanoseconds) + added;
  const nanoseconds = ((total % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const milliseconds = Number((total - nanoseconds) / 1_000_000n);
  checkYear(new Date(milliseconds).getUTCFullYear());
  return { milliseconds, nanoseconds: Number(nanoseconds) };
}

function checkYear(year: number): void {
  if (!(year > 0 && year < 10_000)) throw new CallError("The date is too far away");
}
