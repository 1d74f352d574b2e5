import type { z } from "zod";
import type { AttemptView, ExecutionView, TaskRunView } from "#lib/core/execution-view.ts";
import type { Failure } from "#lib/core/failure.ts";
import type { StateChange } from "#lib/core/state.ts";
import type { executionShape, failureShape, stateShape, taskRunShape } from "./shapes.ts";

type StateJson = z.infer<typeof stateShape>;
export type ExecutionJson = z.infer<typeof executionShape>;

/** An execution as Kestra's clients read it. */
export function executionJson(execution: ExecutionView): ExecutionJson {
  return {
    id: execution.id,
    namespace: execution.namespace,
    flowId: execution.flowId,
    flowRevision: execution.revision,
    taskRunList: execution.taskRuns.map((run) => taskRunJson(execution, run)),
    inputs: execution.inputs,
    outputs: execution.outputs,
    labels: labelList(execution.labels),
    state: stateJson(execution.stateHistory, execution.createdAt, execution.endedAt),
    ...failureJson(execution.failure),
    deleted: false,
  };
}

/** Labels as Kestra writes them. */
export function labelList(labels: Record<string, string>): { key: string; value: string }[] {
  return Object.entries(labels).map(([key, value]) => ({ key, value }));
}

function taskRunJson(execution: ExecutionView, run: TaskRunView): z.infer<typeof taskRunShape> {
  const began = run.stateHistory[0]?.date ?? execution.createdAt;
  return {
    id: run.id,
    executionId: execution.id,
    namespace: execution.namespace,
    flowId: execution.flowId,
    taskId: run.taskId,
    ...(run.value !== null && { value: run.value }),
    attempts: run.attempts.map((attempt) => ({
      state: attemptState(attempt, began),
      ...failureJson(attempt.failure),
      ...(attempt.seal.state !== "live" && { logSeal: attempt.seal }),
      ...(attempt.blackBox && { blackBox: attempt.blackBox.uri }),
    })),
    outputs: run.outputs,
    state: stateJson(run.stateHistory, began, run.endedAt),
    ...failureJson(run.failure),
  };
}

/** What Kestra's clients pass over, and others can show: why it ended badly. */
function failureJson(failure: Failure | null): { failure?: z.infer<typeof failureShape> } {
  if (failure === null) return {};
  const { fault: _, ...told } = failure;
  return { failure: told };
}

function attemptState(attempt: AttemptView, began: string): StateJson {
  const created = attempt.marks.queued ?? attempt.startedAt ?? began;
  const history: StateChange[] = [{ state: "CREATED", date: created }];
  if (attempt.startedAt !== null) history.push({ state: "RUNNING", date: attempt.startedAt });
  if (attempt.endedAt !== null) history.push({ state: attempt.state, date: attempt.endedAt });
  return { ...stateJson(history, created, attempt.endedAt), current: attempt.state };
}

function stateJson(histories: StateChange[], began: string, endedAt: string | null): StateJson {
  const until = endedAt === null ? Date.now() : Date.parse(endedAt);
  const seconds = Math.max(0, until - Date.parse(began)) / 1000;
  return {
    current: histories.at(-1)?.state ?? "CREATED",
    histories,
    duration: `PT${seconds}S`,
    startDate: began,
    ...(endedAt !== null && { endDate: endedAt }),
  };
}
