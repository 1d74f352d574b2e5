import type { Failure } from "#lib/core/failure.ts";
import { newId } from "#lib/core/id.ts";
import { canMove, isTerminal, type State, type StateChange } from "#lib/core/state.ts";
import { invariant } from "#lib/core/app-error.ts";
import type { Snapshot, TaskRunSnapshot } from "#lib/engine/snapshot.ts";
import type { Step } from "#lib/engine/step.ts";
import type { Task } from "#lib/flow/flow.ts";
import { catalogue } from "#lib/tasks/catalogue.ts";
import type { AttemptEnd } from "../attempt-end.ts";
import type { ClaimedAttempt, Claimer } from "../claimed-attempt.ts";
import type { AttemptChange, NewAttempt, RunChange, Writes } from "./write.ts";
import type { LockedExecution } from "./load-snapshot.ts";

/** An execution while it is advanced: applies steps in memory, to be written at once. */
export class Draft {
  readonly execution: LockedExecution;
  readonly #tasks: readonly Task[];
  readonly snapshot: Snapshot;
  writes: Writes;
  readonly claimed: ClaimedAttempt[] = [];
  readonly #claimer: Claimer | null;

  constructor(
    execution: LockedExecution,
    tasks: readonly Task[],
    options: { snapshot: Snapshot; claimer: Claimer | null },
  ) {
    this.execution = execution;
    this.#tasks = tasks;
    this.snapshot = options.snapshot;
    this.#claimer = options.claimer;
    this.writes = this.#noWrites(execution.version + 1);
  }

  /** What is to be written; from here on the next change is another version. */
  takeWrites(): Writes {
    const { writes } = this;
    this.writes = this.#noWrites(writes.version + 1);
    return writes;
  }

  #noWrites(version: number): Writes {
    return {
      executionId: this.execution.id,
      version,
      now: this.execution.now,
      state: this.snapshot.state,
      history: [],
      failure: null,
      outputs: null,
      isKillRequested: false,
      wakeAgain: false,
      runs: new Map(),
      newAttempts: new Map(),
      attempts: new Map(),
      files: null,
    };
  }

  get isChanged(): boolean {
    const { writes } = this;
    return (
      writes.history.length > 0 ||
      writes.runs.size > 0 ||
      writes.newAttempts.size > 0 ||
      writes.attempts.size > 0 ||
      writes.isKillRequested ||
      writes.wakeAgain
    );
  }

  requestKill(): void {
    if (this.snapshot.isKillRequested) return;
    this.snapshot.isKillRequested = true;
    this.writes.isKillRequested = true;
  }

  /** The latest attempt has ended. */
  endAttempt(attemptId: string, end: AttemptEnd): void {
    const run = this.#last();
    const { attempts } = run;
    invariant(attempts?.latest.id === attemptId, "only the latest attempt ends");
    this.#moveAttempt(attemptId, end.state, { end });
    attempts.latest.failure = end.failure;
    attempts.latest.mayRepeat = end.mayRepeat;
    if (end.state === "FAILED" && end.failure?.fault === "platform") attempts.platformFailures += 1;
    const change = this.#runChange(run);
    change.outputs = end.outputs;
    const outputs = end.files.map((file) => ({ ...file, kind: "output" as const }));
    const blackBoxes = end.blackBox ? [{ ...end.blackBox, kind: "black-box" as const }] : [];
    this.writes.files = { taskRunId: run.id, files: [...outputs, ...blackBoxes] };
  }

  /** Makes a step's change. @throws Error for a step that only asks */
  apply(step: Step): void {
    switch (step.kind) {
      case "move-execution":
        return this.#moveExecution(step.to);
      case "end-execution":
        this.writes.failure = step.failure;
        this.writes.outputs = step.outputs;
        return this.#moveExecution(step.state);
      case "create-task-run":
        return this.#createRun(step);
      case "create-attempt":
        return this.#createAttempt(step.number, step);
      case "move-task-run":
        return this.#moveRun(step.to, step.failure);
      case "kill-attempt":
        return this.#moveAttempt(step.attemptId, "KILLED", {});
      case "evaluate-condition":
      case "evaluate-outputs":
        throw new Error(`The step ${step.kind} changes nothing: it is answered.`);
    }
  }

  #last(): TaskRunSnapshot {
    invariant(this.snapshot.last, "there is a task run");
    return this.snapshot.last;
  }

  #moveExecution(to: State): void {
    invariant(
      canMove(this.snapshot.state, to),
      `an execution goes ${this.snapshot.state} -> ${to}`,
    );
    this.snapshot.state = to;
    this.writes.state = to;
    this.writes.history.push(this.#change(to));
  }

  #createRun(step: Extract<Step, { kind: "create-task-run" }>): void {
    const before = this.snapshot.last;
    this.snapshot.hasWarnings ||= before?.state === "WARNING";
    this.snapshot.last = {
      id: newId(),
      taskId: step.taskId,
      position: step.position,
      state: "CREATED",
      failure: null,
      attempts: null,
    };
    const change = this.#runChange(this.#last());
    change.history.push(this.#change("CREATED"));
    if (step.state === "CREATED") this.#createAttempt(0, { delayMs: 0, waiting: null });
    else this.#moveRun(step.state, step.failure);
  }

  #moveRun(to: State, failure: Failure | null): void {
    const run = this.#last();
    invariant(canMove(run.state, to), `a task run goes ${run.state} -> ${to}`);
    run.state = to;
    run.failure = failure;
    const change = this.#runChange(run);
    change.state = to;
    change.failure = failure;
    change.history.push(this.#change(to));
    if (isTerminal(to)) change.isEnded = true;
    if (to === "RUNNING") change.isStarted = true;
  }

  #createAttempt(number: number, { delayMs, waiting }: Omit<NewAttemptStep, "number">): void {
    const run = this.#last();
    const id = newId();
    const claims = this.#claimer !== null && delayMs === 0;
    const isWorkers = catalogue.find(this.#typeOf(run))?.kind === "worker";
    const attempt: NewAttempt = {
      id,
      taskRunId: run.id,
      number,
      state: claims ? "RUNNING" : "CREATED",
      // Until it is known where it runs; most tasks are pods.
      runner: isWorkers ? "worker" : "kubernetes",
      waiting: waiting && { ...waiting, since: this.execution.now.toISOString() },
      notBefore: new Date(this.execution.now.getTime() + delayMs),
      claimer: claims ? this.#claimer : null,
    };
    this.writes.newAttempts.set(id, attempt);
    run.attempts = {
      made: (run.attempts?.made ?? 0) + 1,
      platformFailures: run.attempts?.platformFailures ?? 0,
      firstStartedAt: run.attempts?.firstStartedAt ?? (claims ? this.execution.now : null),
      latest: { id, state: attempt.state, failure: null, isClaimed: claims, mayRepeat: false },
    };
    if (claims) this.#claim(run, attempt);
  }

  #claim(run: TaskRunSnapshot, attempt: NewAttempt): void {
    this.#moveRun("RUNNING", null);
    this.claimed.push({
      lease: {
        executionId: this.execution.id,
        attemptId: attempt.id,
        owner: attempt.claimer?.owner ?? "",
        number: 1,
      },
      taskRunId: run.id,
      position: run.position,
      number: attempt.number,
      startedAt: this.execution.now,
      runner: attempt.runner,
      connectionId: null,
      handle: null,
      progress: {},
      marks: { queued: this.execution.now.toISOString() },
      waiting: null,
    });
  }

  #moveAttempt(id: string, to: State, change: Omit<AttemptChange, "id" | "state">): void {
    const latest = this.#last().attempts?.latest;
    invariant(latest?.id === id && canMove(latest.state, to), `an attempt goes to ${to}`);
    latest.state = to;
    this.writes.attempts.set(id, { id, state: to, ...change });
  }

  #runChange(run: TaskRunSnapshot): RunChange {
    const known = this.writes.runs.get(run.id);
    if (known) return known;
    const change: RunChange = {
      id: run.id,
      taskId: run.taskId,
      type: this.#typeOf(run),
      position: run.position,
      state: run.state,
      history: [],
      failure: run.failure,
      outputs: null,
      isStarted: false,
      isEnded: false,
    };
    this.writes.runs.set(run.id, change);
    return change;
  }

  #typeOf(run: TaskRunSnapshot): string {
    return this.#tasks[run.position]?.type ?? "";
  }

  #change(state: State): StateChange {
    return { state, date: this.execution.now.toISOString() };
  }
}

type NewAttemptStep = { number: number; delayMs: number } & {
  waiting: Omit<NonNullable<NewAttempt["waiting"]>, "since"> | null;
};
