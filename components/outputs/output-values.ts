import type { ExecutionView, TaskRunView } from "#lib/core/execution-view.ts";

export interface OutputValue {
  name: string;
  /** The task it is from; null for the flow's own outputs. */
  taskId: string | null;
  value: unknown;
}

/** Files have rows of their own, and the log says how many lines it has. */
const SHOWN_ELSEWHERE = new Set([
  "outputFiles",
  "files",
  "uri",
  "stdOutLineCount",
  "stdErrLineCount",
]);

/** What says nothing: no value, an empty list, the exit code of what went well. */
function isEmpty(name: string, value: unknown): boolean {
  if (value === null || value === undefined || (name === "exitCode" && value === 0)) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function record(value: unknown): Record<string, unknown> {
  // Any object may be read by its keys; what they hold stays unknown.
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** What the runs and, for the whole, the flow put out: `vars` by their own names, the rest as it is. */
export function outputValues(
  runs: readonly TaskRunView[],
  execution: Pick<ExecutionView, "outputs"> | null,
): OutputValue[] {
  const ofFlow = Object.entries(execution?.outputs ?? {}).map(([name, value]) => ({
    name,
    taskId: null,
    value,
  }));
  const ofRuns = runs.flatMap((run) => {
    const { vars, ...rest } = run.outputs;
    const named = [...Object.entries(record(vars)), ...Object.entries(rest)];
    return named
      .filter(([name, value]) => !SHOWN_ELSEWHERE.has(name) && !isEmpty(name, value))
      .map(([name, value]) => ({ name, taskId: run.taskId, value }));
  });
  return [...ofFlow, ...ofRuns];
}

/** A value on one line: JSON, so that `"1"` and `1` differ. */
export function valueText(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}
