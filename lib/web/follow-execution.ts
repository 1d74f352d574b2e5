import { isTerminal, type State } from "#lib/core/state.ts";
import { changedSince } from "#lib/executions/read.ts";
import { watchExecution } from "#lib/executions/watch.ts";
import { Bell } from "./bell.ts";

/**
 * Yields after every change of the execution's rows, and once at the beginning; ends after it has
 * yielded a state from which nothing follows. The log is not looked at.
 * @throws AppError `not-found`, and the signal's reason
 */
export async function* followExecution(id: string, signal: AbortSignal): AsyncGenerator<State> {
  const bell = new Bell(signal);
  const unwatch = watchExecution(id, () => bell.ring());
  try {
    for (let version = 0; ; await bell.heard()) {
      bell.hush();
      const change = await changedSince(id, version);
      if (!change) continue;
      version = change.execution.version;
      yield change.execution.state;
      if (isTerminal(change.execution.state)) return;
    }
  } finally {
    unwatch();
  }
}
