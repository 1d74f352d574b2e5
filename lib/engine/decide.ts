import type { Failure } from "#lib/core/failure.ts";
import { canMove, isTerminal, type State } from "#lib/core/state.ts";
import type { Flow, Task } from "#lib/flow/flow.ts";
import { allowed, resolve } from "./resolve.ts";
import { nextAttempt } from "./retry.ts";
import type { AttemptsSummary, Snapshot, TaskRunSnapshot } from "./snapshot.ts";
import type { Step } from "./step.ts";

/**
 * What is next for an execution; empty when nothing is until something happens. Pure: the same
 * question has the same answer, and once the steps have been applied there are others or none, so
 * that asking twice doubles nothing.
 */
export function decide(flow: Flow, snapshot: Snapshot, now: Date): Step[] {
  if (isTerminal(snapshot.state)) return [];
  if (snapshot.isKillRequested) return kill(snapshot);
  if (snapshot.state !== "RUNNING") return [{ kind: "move-execution", to: "RUNNING" }];
  const { last } = snapshot;
  if (last && !isTerminal(last.state)) return followUp(flow, last, now);
  if (last?.state === "FAILED" || last?.state === "KILLED") {
    return [ending(last.state, last.failure, {})];
  }
  const position = last ? last.position + 1 : 0;
  const task = flow.tasks[position];
  return task ? begin(task, position, snapshot) : finish(snapshot);
}

function kill(snapshot: Snapshot): Step[] {
  const steps: Step[] = [];
  if (canMove(snapshot.state, "KILLING")) steps.push({ kind: "move-execution", to: "KILLING" });
  const { last } = snapshot;
  if (!last || isTerminal(last.state)) return [...steps, ending("KILLED", null, {})];
  const attempt = last.attempts?.latest;
  if (attempt && !isTerminal(attempt.state)) {
    if (attempt.isClaimed) {
      if (last.state !== "KILLING") steps.push(moved(last, "KILLING"));
      return steps;
    }
    steps.push({ kind: "kill-attempt", attemptId: attempt.id });
    return [...steps, moved(last, "KILLED"), ending("KILLED", null, {})];
  }
  const how = moved(last, attempt?.state ?? "KILLED", attempt?.failure ?? null);
  return [...steps, how, ending("KILLED", null, {})];
}

function moved(run: TaskRunSnapshot, to: State, failure: Failure | null = null): Step {
  return { kind: "move-task-run", taskRunId: run.id, to, failure };
}

function ending(state: State, failure: Failure | null, outputs: Record<string, unknown>): Step {
  return { kind: "end-execution", state, failure, outputs };
}

/** A task run that lives: nothing while its attempt lives, else another attempt or its end. */
function followUp(flow: Flow, run: TaskRunSnapshot, now: Date): Step[] {
  const task = flow.tasks[run.position];
  const { attempts } = run;
  if (!task || !attempts || !isTerminal(attempts.latest.state)) return [];
  if (attempts.latest.state !== "FAILED") return [moved(run, ended(task, attempts))];
  const again = nextAttempt(task, attempts, now);
  if (!again) return [moved(run, allowed(task, "FAILED"), attempts.latest.failure)];
  const attempt: Step = {
    kind: "create-attempt",
    taskRunId: run.id,
    number: attempts.made,
    ...again,
  };
  return run.state === "RETRYING" ? [attempt] : [moved(run, "RETRYING"), attempt];
}

/** The state of a task run whose latest attempt did not fail. */
function ended(task: Task, attempts: AttemptsSummary): State {
  const { state } = attempts.latest;
  const wasRetried = attempts.made - attempts.platformFailures > 1;
  const isWarned = state === "SUCCESS" && wasRetried && task.retry?.warningOnRetry === true;
  return allowed(task, isWarned ? "WARNING" : state);
}

function begin(task: Task, position: number, snapshot: Snapshot): Step[] {
  const create = (state: State, failure: Failure | null = null): Step[] => [
    { kind: "create-task-run", taskId: task.id, position, state, failure },
  ];
  if (task.disabled) return create("SKIPPED");
  if (task.runIf === "true") return create("CREATED");
  const verdict = snapshot.conditions.get(task.id);
  if (!verdict) return [{ kind: "evaluate-condition", taskId: task.id, position }];
  if ("failure" in verdict) return create(allowed(task, "FAILED"), verdict.failure);
  return create(verdict.runs ? "CREATED" : "SKIPPED");
}

function finish(snapshot: Snapshot): Step[] {
  const { outputs } = snapshot;
  if (!outputs) return [{ kind: "evaluate-outputs" }];
  if ("failure" in outputs) return [ending("FAILED", outputs.failure, {})];
  const last: State[] = snapshot.last ? [snapshot.last.state] : [];
  const earlier: State[] = snapshot.hasWarnings ? ["WARNING"] : [];
  return [ending(resolve([...earlier, ...last]), null, outputs.values)];
}
