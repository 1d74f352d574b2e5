import type { LogLine } from "#lib/core/log-line.ts";

/** A line of a log, for tests. */
export function someLine(index: number, more: Partial<LogLine> = {}): LogLine {
  return {
    index,
    taskRunId: "a",
    attemptNumber: 0,
    taskId: "a",
    time: "2026-11-24T10:00:00.000Z",
    level: "INFO",
    stream: null,
    text: String(index),
    ...more,
  };
}
