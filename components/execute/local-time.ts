const two = (value: number) => String(value).padStart(2, "0");

/** An instant as `datetime-local` wants it, in the person's time zone; empty when it is none. */
export function localFrom(instant: string): string {
  const date = new Date(instant);
  if (instant === "" || Number.isNaN(date.getTime())) return "";
  const day = `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** What `datetime-local` has, as an instant in UTC (ISO 8601); empty when nothing is picked. */
export function instantFrom(local: string): string {
  const date = new Date(local);
  return local === "" || Number.isNaN(date.getTime()) ? "" : date.toISOString();
}
