import type { LogGap } from "./log-line.ts";

/** What is missing and where, as a person reads it. */
export function gapSentence({ afterLine, from, to, why }: LogGap): string {
  if (afterLine === 0 && from === null) return why;
  const line = `after line ${afterLine.toLocaleString("en")}`;
  const place = from && to ? `${line}, between ${readable(from)} and ${readable(to)} UTC` : line;
  return `${why.replace(/\.$/, "")} (${place}).`;
}

/** `2026-11-25 00:51:03.123` of a stamp that may have nanoseconds and an offset. */
function readable(stamp: string): string {
  const time = Date.parse(stamp);
  return Number.isNaN(time) ? stamp : new Date(time).toISOString().slice(0, 23).replace("T", " ");
}
