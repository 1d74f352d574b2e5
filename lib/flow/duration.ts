const PATTERN =
  /^([-+]?)P(?=.)(?:([-+]?\d{1,15})D)?(?:T(?=.)(?:([-+]?\d{1,15})H)?(?:([-+]?\d{1,15})M)?(?:([-+]?\d{1,15})(?:[.,](\d{0,9}))?S)?)?$/i;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Milliseconds of an ISO 8601 duration as `java.time.Duration` reads it: days, hours, minutes and
 * seconds (`P1DT2H`, `PT0.5S`), no months or years; null when the text is none.
 */
export function durationMs(text: string): number | null {
  const match = PATTERN.exec(text.trim());
  if (match === null) return null;
  const part = (index: number): number => Number(match[index] ?? 0);
  const fraction = Number(`0.${match[6] ?? 0}`) * (match[5]?.startsWith("-") ? -1 : 1);
  const seconds = part(5) * SECOND + Math.round(fraction * SECOND);
  const total = part(2) * DAY + part(3) * HOUR + part(4) * MINUTE + seconds;
  return match[1] === "-" ? 0 - total : total;
}

/** The duration in ISO 8601 as `java.time.Duration` prints it: hours are the largest unit. */
export function isoDuration(ms: number): string {
  if (ms === 0) return "PT0S";
  const sign = ms < 0 ? "-" : "";
  const rest = Math.abs(Math.round(ms));
  const hours = Math.floor(rest / HOUR);
  const minutes = Math.floor((rest % HOUR) / MINUTE);
  const seconds = (rest % MINUTE) / SECOND;
  return `PT${hours ? `${sign}${hours}H` : ""}${minutes ? `${sign}${minutes}M` : ""}${seconds ? `${sign}${seconds}S` : ""}`;
}

/** The duration as people read it, in its two largest units: `850 ms`, `4.2 s`, `3 min 5 s`, `2 h`. */
export function durationText(ms: number): string {
  const rest = Math.abs(ms);
  const sign = ms < 0 ? "-" : "";
  if (rest < SECOND) return `${sign}${Math.round(rest)} ms`;
  if (rest < 10 * SECOND) return `${sign}${Math.floor(rest / 100) / 10} s`;
  if (rest < MINUTE) return `${sign}${Math.floor(rest / SECOND)} s`;
  const [large, small, names] =
    rest < HOUR
      ? [MINUTE, SECOND, ["min", "s"]]
      : rest < DAY
        ? [HOUR, MINUTE, ["h", "min"]]
        : [DAY, HOUR, ["d", "h"]];
  const remainder = Math.floor((rest % large) / small);
  const tail = remainder === 0 ? "" : ` ${remainder} ${names[1]}`;
  return `${sign}${Math.floor(rest / large)} ${names[0]}${tail}`;
}
