import type { LogLine } from "#lib/core/log-line.ts";
import { isTerminal, type State } from "#lib/core/state.ts";
import { readLogFrom } from "#lib/executions/read-log.ts";
import { changedSince } from "#lib/executions/read.ts";
import { watchExecution } from "#lib/executions/watch.ts";
import { Bell } from "./bell.ts";

/**
 * Yields an execution's log from its beginning, in batches, until the execution has ended.
 * @throws AppError `not-found`, and the signal's reason
 */
export async function* followLog(id: string, signal: AbortSignal): AsyncGenerator<LogLine[]> {
  const bell = new Bell(signal);
  const unwatch = watchExecution(id, () => bell.ring());
  let state: State = "CREATED";
  let version = 0;
  let line = 0;
  try {
    for (;;) {
      bell.hush();
      const change = await changedSince(id, version);
      if (change) ({ state, version } = change.execution);
      for (let lines = await readLogFrom(id, line); lines.length > 0;) {
        yield lines;
        line += lines.length;
        lines = await readLogFrom(id, line);
      }
      // The log is complete before an execution ends; it was read after the end was seen.
      if (isTerminal(state)) return;
      await bell.heard();
    }
  } finally {
    unwatch();
  }
}
