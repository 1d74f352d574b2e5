interface Span {
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

const LOW = 4;
const HIGH = 20;

function tookMs(span: Span): number | null {
  if (span.endedAt === null) return null;
  return Math.max(0, Date.parse(span.endedAt) - Date.parse(span.startedAt ?? span.createdAt));
}

/**
 * The height in pixels (4 to 20) of each execution's bar: the square root of its duration, so that
 * one that was stuck for an hour does not flatten the rest. One that has not ended is half as high.
 */
export function sparkHeights(spans: readonly Span[]): number[] {
  const durations = spans.map(tookMs);
  const longest = Math.max(1, ...durations.map((ms) => ms ?? 0));
  return durations.map((ms) => {
    if (ms === null) return (LOW + HIGH) / 2;
    return Math.round(LOW + (HIGH - LOW) * Math.sqrt(ms / longest));
  });
}
