const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (value: number) => String(value).padStart(2, "0");

/** A duration that is over, as short as it is exact: `0.82 s`, `12.4 s`, `3 min 12 s`, `1 h 04 min`. */
export function durationText(ms: number): string {
  const time = Math.max(0, ms);
  if (time < 10) return `${Math.round(time)} ms`;
  if (time < 995) return `${(time / SECOND).toFixed(2)} s`;
  if (time < 59_950) return `${(time / SECOND).toFixed(1)} s`;
  const seconds = Math.round(time / SECOND);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.round(time / MINUTE);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(time / HOUR);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A duration that still runs, in whole seconds: `0:34`, `12:05`, `1:02:09`. */
export function clockText(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / SECOND);
  const minutes = Math.floor(seconds / 60);
  const tail = `${minutes >= 60 ? two(minutes % 60) : minutes % 60}:${two(seconds % 60)}`;
  return minutes >= 60 ? `${Math.floor(minutes / 60)}:${tail}` : tail;
}

/** How long ago, as people say it: `now`, `12 s ago`, `2 min ago`, `6 h ago`, `3 days ago`, then the date. */
export function agoText(thenMs: number, nowMs: number): string {
  const past = nowMs - thenMs;
  // Two machines' clocks are never quite the same.
  if (past < 2 * SECOND) return "now";
  if (past < MINUTE) return `${Math.floor(past / SECOND)} s ago`;
  if (past < HOUR) return `${Math.floor(past / MINUTE)} min ago`;
  if (past < DAY) return `${Math.floor(past / HOUR)} h ago`;
  if (past < 2 * DAY) return "1 day ago";
  if (past < 30 * DAY) return `${Math.floor(past / DAY)} days ago`;
  return new Date(thenMs).toISOString().slice(0, 10);
}

/** A moment in the reader's own time zone, to the millisecond: `2026-11-24 10:42:01.402`. */
export function momentText(thenMs: number): string {
  const date = new Date(thenMs);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
