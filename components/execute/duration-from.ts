const PATTERN =
  /^([-+]?)P(?=.)(?:([-+]?\d{1,15})D)?(?:T(?=.)(?:([-+]?\d{1,15})H)?(?:([-+]?\d{1,15})M)?(?:([-+]?\d{1,15}(?:[.,]\d{0,9})?)S)?)?$/i;

/** Milliseconds of an ISO 8601 duration of days and smaller, such as `PT1H30M`; null when it is none. */
export function durationFrom(text: string): number | null {
  const match = PATTERN.exec(text.trim());
  if (match === null) return null;
  const part = (index: number) => Number((match[index] ?? "0").replace(",", "."));
  const seconds = ((part(2) * 24 + part(3)) * 60 + part(4)) * 60 + part(5);
  return Math.round(seconds * 1000) * (match[1] === "-" ? -1 : 1);
}
