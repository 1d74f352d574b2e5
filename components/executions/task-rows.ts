import type { AttemptView, ExecutionView, TaskRunView } from "#lib/core/execution-view.ts";
import type { Failure, Waiting } from "#lib/core/failure.ts";
import { isTerminal } from "#lib/core/state.ts";

/** One line of an execution's plan: a task run, or a task that has not run. */
export interface TaskRow {
  /** The task's id, with its value in brackets where it has one: the same before and after it runs. */
  key: string;
  taskId: string;
  type: string;
  line: number | null;
  run: TaskRunView | null;
  /** The task that must end first; null when it may run, has run or never will. */
  waitsFor: string | null;
}

/** The flow's tasks in their order, each with its runs; runs of tasks the flow does not name follow. */
export function taskRows(execution: ExecutionView): TaskRow[] {
  const isLive = !isTerminal(execution.state);
  const named = new Set(execution.tasks.map((task) => task.id));
  const rows: TaskRow[] = [];
  let before: string | null = null;
  for (const task of execution.tasks) {
    const runs = execution.taskRuns.filter((run) => run.taskId === task.id);
    if (runs.length === 0) {
      const waitsFor = isLive ? before : null;
      rows.push({
        key: task.id,
        taskId: task.id,
        type: task.type,
        line: task.line,
        run: null,
        waitsFor,
      });
    }
    for (const run of runs) rows.push(rowOf(run, task.line));
    before = task.id;
  }
  const others = execution.taskRuns.filter((run) => !named.has(run.taskId));
  return [...rows, ...others.map((run) => rowOf(run, null))];
}

function rowOf(run: TaskRunView, line: number | null): TaskRow {
  const key = run.value === null ? run.taskId : `${run.taskId}[${run.value}]`;
  return { key, taskId: run.taskId, type: run.type, line, run, waitsFor: null };
}

/** `io.kestra.plugin.scripts.python.Commands` as people call it: `python`. */
export function typeName(type: string): string {
  const parts = type.split(".");
  const last = parts.at(-1) ?? type;
  const family = parts.at(-2);
  return family !== undefined && (last === "Commands" || last === "Script") ? family : last;
}

export function latestAttempt(run: TaskRunView | null): AttemptView | null {
  return run?.attempts.at(-1) ?? null;
}

/** Why the run waits right now; null when it does not. */
export function waitingOf(run: TaskRunView | null): Waiting | null {
  const attempt = latestAttempt(run);
  if (run === null || attempt === null || isTerminal(run.state)) return null;
  return attempt.waiting;
}

/** The steps of every start that goes well: no notice for them, unless they last. */
const STEPS: ReadonlySet<Waiting["kind"]> = new Set([
  "scheduling",
  "pulling",
  "starting",
  "uploading",
]);
/** How long a step may last before it is worth a notice. */
const PATIENCE_MS = 10_000;

/** What a person should know about an execution now: its failure, or why it does not go on. */
export type ExecutionWord =
  | { kind: "failure"; failure: Failure; row: TaskRow | null }
  | { kind: "waiting"; waiting: Waiting; row: TaskRow | null };

export function wordOf(
  execution: ExecutionView,
  rows: readonly TaskRow[],
  nowMs: number,
): ExecutionWord | null {
  if (isTerminal(execution.state)) {
    // A task that was allowed to fail is why the execution ended with a warning.
    const badly = execution.state === "WARNING" ? "WARNING" : "FAILED";
    const failed = rows.findLast(({ run }) => run?.failure !== null && run?.state === badly);
    const failure = execution.failure ?? failed?.run?.failure ?? null;
    return failure === null ? null : { kind: "failure", failure, row: failed ?? null };
  }
  for (const row of rows) {
    const waiting = waitingOf(row.run);
    if (waiting === null) continue;
    const isStep = STEPS.has(waiting.kind);
    if (isStep && nowMs - Date.parse(waiting.since) < PATIENCE_MS) continue;
    return { kind: "waiting", waiting, row };
  }
  return wordOfNoWorker(execution, rows, nowMs);
}

/** A worker takes what is new within a moment; longer than this means that none is there or free. */
const TAKEN_MS = 5_000;

function wordOfNoWorker(
  execution: ExecutionView,
  rows: readonly TaskRow[],
  nowMs: number,
): ExecutionWord | null {
  const row = rows.find(({ run }) => untakenSince(run) !== null) ?? null;
  const isNew = execution.state === "CREATED" && execution.taskRuns.length === 0;
  const since = isNew ? execution.createdAt : untakenSince(row?.run ?? null);
  if (since === null || nowMs - Date.parse(since) < TAKEN_MS) return null;
  const waiting: Waiting = {
    kind: "starting",
    message: `No worker has taken ${row?.key ?? "this execution"} yet.`,
    remedy:
      "It goes on by itself once a worker runs and is free: `npm start` keeps one running, `npm run worker` starts one more.",
    evidence: "",
    since,
  };
  return { kind: "waiting", waiting, row };
}

/** Since when the run's attempt waits for a worker; null when one has it, or it has a time to wait for. */
function untakenSince(run: TaskRunView | null): string | null {
  const attempt = latestAttempt(run);
  if (run === null || attempt === null || isTerminal(run.state)) return null;
  const isTaken = attempt.startedAt !== null || isTerminal(attempt.state);
  return isTaken || attempt.waiting !== null ? null : (attempt.marks.queued ?? null);
}
