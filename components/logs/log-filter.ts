import { LOG_LEVELS, type LogLevel, type LogLine } from "#lib/core/log-line.ts";

/** Which lines of an execution's log are shown; null is all. */
export interface LogFilter {
  taskRunId: string | null;
  /** From 0. */
  attempt: number | null;
  minLevel: LogLevel | null;
}

/** Whether a line that arrives belongs to what is shown: the server's own rule for its pages. */
export function matchesFilter(filter: LogFilter, line: LogLine): boolean {
  if (filter.taskRunId !== null && line.taskRunId !== filter.taskRunId) return false;
  if (filter.attempt !== null && line.attemptNumber !== filter.attempt) return false;
  const least = filter.minLevel === null ? 0 : LOG_LEVELS.indexOf(filter.minLevel);
  return LOG_LEVELS.indexOf(line.level) >= least;
}
