import type { ExecutionView, TaskRunView } from "#lib/core/execution-view.ts";
import type { LiveCursor, LiveEvent } from "#lib/core/live-event.ts";

/** What the page of an execution knows, and from where on it wants to hear more. */
export interface LiveExecution {
  /** Lines that arrive leave it as it is: `cursor.line` counts them. */
  execution: ExecutionView;
  cursor: LiveCursor;
  /** Nothing will follow. */
  isEnded: boolean;
}

/** The state of a page that was just loaded: everything in the view counts as received. */
export function liveExecutionFrom(execution: ExecutionView): LiveExecution {
  const cursor = { version: execution.version, line: execution.logLines };
  return { execution, cursor, isEnded: false };
}

/**
 * The state after an event. Repeats change nothing: a row is replaced only by a newer version of
 * itself, and the line cursor only grows, so a stream may be opened again from any earlier cursor.
 */
export function applyLiveEvent(state: LiveExecution, event: LiveEvent): LiveExecution {
  switch (event.type) {
    case "execution":
      return withExecution(state, event.execution, event.taskRuns);
    case "log": {
      const last = event.lines.at(-1);
      const line = Math.max(state.cursor.line, last === undefined ? 0 : last.index + 1);
      return line === state.cursor.line ? state : { ...state, cursor: { ...state.cursor, line } };
    }
    case "end":
      return state.isEnded ? state : { ...state, isEnded: true };
  }
}

function withExecution(
  state: LiveExecution,
  execution: Omit<ExecutionView, "taskRuns">,
  changed: TaskRunView[],
): LiveExecution {
  const known = state.execution;
  const isNewer = execution.version >= known.version;
  const taskRuns = mergeTaskRuns(known.taskRuns, changed);
  if (!isNewer && taskRuns === known.taskRuns) return state;
  const logLines = Math.max(known.logLines, execution.logLines);
  const merged = { ...(isNewer ? execution : known), taskRuns, logLines };
  const version = Math.max(state.cursor.version, execution.version);
  return { ...state, execution: merged, cursor: { ...state.cursor, version } };
}

/** The rows with the changed ones in their places; new rows follow in the order they came. */
function mergeTaskRuns(known: TaskRunView[], changed: TaskRunView[]): TaskRunView[] {
  const newest = new Map<string, TaskRunView>();
  for (const row of changed) {
    const other = newest.get(row.id) ?? known.find((candidate) => candidate.id === row.id);
    if (other === undefined || row.version >= other.version) newest.set(row.id, row);
  }
  if (newest.size === 0) return known;
  const ids = new Set(known.map((row) => row.id));
  const added = [...newest.values()].filter((row) => !ids.has(row.id));
  return [...known.map((row) => newest.get(row.id) ?? row), ...added];
}
