import type { Failure } from "#lib/core/failure.ts";
import { isTerminal, STATES, type State } from "#lib/core/state.ts";
import { decide } from "#lib/engine/decide.ts";
import type { Step } from "#lib/engine/step.ts";
import type { Scope } from "#lib/expression/scope.ts";
import type { Flow, Task } from "#lib/flow/flow.ts";
import type { State as StoredState } from "#lib/generated/prisma/enums.ts";
import { pool } from "#lib/store/database.ts";
import { LeaseLostError, type Lease } from "#lib/store/lease.ts";
import { transaction } from "#lib/store/transaction.ts";
import type { AttemptEnd } from "./attempt-end.ts";
import type { ClaimedAttempt, Claimer } from "./claimed-attempt.ts";
import { flowOfRevision, isFlow } from "./flow-revision.ts";
import type { Queryable } from "./queryable.ts";
import { Masks } from "./masks.ts";
import { loadScope } from "./scope.ts";
import { Draft } from "./step/draft.ts";
import { conditionOf, outputsOf } from "./step/evaluate.ts";
import {
  hadWarnings,
  LOCKED_COLUMNS,
  type LatestAttempt,
  loadSnapshot,
  lockExecution,
  type LockedExecution,
} from "./step/load-snapshot.ts";
import { write } from "./step/write.ts";

// The database's list of states is ours: either line fails to compile when they part.
STATES satisfies readonly StoredState[];
const stored = (state: StoredState): State => state;

/** What happened, besides that it was time. */
export type Happening =
  | { kind: "attempt-ended"; lease: Lease; end: AttemptEnd }
  | { kind: "kill-requested" };

export interface Advanced {
  executionId: string;
  state: State;
  /** Attempts that this process drives from now on. */
  claimed: ClaimedAttempt[];
}

/** Decisions in one transaction; what is left then goes on in the next. */
const MAX_ROUNDS = 100;

/**
 * Takes an execution's next steps, after what happened, in one transaction: the only writer of the
 * states of executions and task runs. With a claimer, new attempts are its at once.
 * @returns null when there is no such execution
 * @throws LeaseLostError when the attempt that ended is another worker's
 */
export async function advanceExecution(
  executionId: string,
  happening: Happening | null,
  claimer: Claimer | null,
): Promise<Advanced | null> {
  return transaction(async (db) => {
    const execution = await lockExecution(db, executionId);
    return execution && advanceLocked(db, execution, { happening, claimer });
  });
}

/** Advancing an execution broke: a broken platform, or our own mistake. */
export class AdvanceError extends Error {
  override readonly name = "AdvanceError";
  readonly executionId: string;

  constructor(executionId: string, cause: unknown) {
    super(`The execution ${executionId} could not be advanced: ${String(cause)}`, { cause });
    this.executionId = executionId;
  }
}

/**
 * Advances one execution that is due and that no one else advances now; null when there is none.
 * @throws AdvanceError
 */
export async function advanceDue(claimer: Claimer | null): Promise<Advanced | null> {
  return transaction(async (db) => {
    const { rows } = await db.query<LockedExecution>(
      `SELECT ${LOCKED_COLUMNS} FROM executions WHERE wake_at <= clock_timestamp()
       ORDER BY wake_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    const [execution] = rows;
    if (!execution) return null;
    try {
      return await advanceLocked(db, execution, { happening: null, claimer });
    } catch (error) {
      throw new AdvanceError(execution.id, error);
    }
  });
}

/** Looks at the execution again after this time: advancing it failed. */
export async function postpone(executionId: string, ms: number): Promise<void> {
  await pool().query(
    `UPDATE executions SET wake_at = clock_timestamp() + $2 * interval '1 millisecond'
     WHERE id = $1 AND wake_at IS NOT NULL`,
    [executionId, ms],
  );
}

export async function advanceLocked(
  db: Queryable,
  execution: LockedExecution,
  { happening, claimer }: { happening: Happening | null; claimer: Claimer | null },
): Promise<Advanced> {
  const read = await flowOfRevision(db, execution);
  const { snapshot, latest } = await loadSnapshot(db, execution);
  const draft = new Draft(execution, isFlow(read) ? read.tasks : [], { snapshot, claimer });
  if (happening?.kind === "kill-requested") draft.requestKill();
  if (happening?.kind === "attempt-ended" && mayEnd(latest, happening.lease)) {
    draft.endAttempt(happening.lease.attemptId, happening.end);
  }
  if (isFlow(read)) await follow(db, draft, read);
  else failForGood(draft, read);
  if (draft.isChanged) await write(db, draft.takeWrites(), execution);
  else await rest(db, execution.id);
  return { executionId: execution.id, state: stored(snapshot.state), claimed: draft.claimed };
}

/** Nothing is due any more until something happens. */
async function rest(db: Queryable, executionId: string): Promise<void> {
  await db.query("UPDATE executions SET wake_at = NULL WHERE id = $1 AND wake_at IS NOT NULL", [
    executionId,
  ]);
}

/** Whether the end is to be recorded: false when it has been already. @throws LeaseLostError */
function mayEnd(latest: LatestAttempt | null, lease: Lease): boolean {
  if (latest?.id !== lease.attemptId) return false; // recorded, and another attempt made since
  if (latest.leaseNumber !== lease.number) throw new LeaseLostError(lease);
  return !isTerminal(latest.state);
}

async function follow(db: Queryable, draft: Draft, flow: Flow): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const steps = decide(flow, draft.snapshot, draft.execution.now);
    if (steps.length === 0) return;
    for (const step of steps) await take(db, { draft, flow, step });
  }
  draft.writes.wakeAgain = true;
}

async function take(db: Queryable, at: { draft: Draft; flow: Flow; step: Step }): Promise<void> {
  const { draft, flow, step } = at;
  const { snapshot, execution } = draft;
  if (step.kind === "evaluate-condition") {
    const task = flow.tasks[step.position];
    if (!task) throw new Error(`The flow has no task ${step.position}.`);
    const { scope, masks } = await scopeOf(db, { draft, flow, text: task.runIf, task });
    snapshot.conditions = new Map([[task.id, await conditionOf(task, scope, masks)]]);
  } else if (step.kind === "evaluate-outputs") {
    // No task is before the first.
    const hasEarlier = (snapshot.last?.position ?? 0) > 0;
    snapshot.hasWarnings ||= hasEarlier && (await hadWarnings(db, execution.id));
    snapshot.outputs = { values: {} };
    if (flow.outputs.length === 0) return;
    const text = JSON.stringify(flow.outputs);
    const { scope, masks } = await scopeOf(db, { draft, flow, text, task: null });
    snapshot.outputs = await outputsOf(flow.outputs, scope, masks);
  } else {
    draft.apply(step);
  }
}

async function scopeOf(
  db: Queryable,
  { draft, ...request }: { draft: Draft; flow: Flow; text: string; task: Task | null },
): Promise<{ scope: Scope; masks: Masks }> {
  const { execution } = draft;
  const masks = new Masks();
  // Expressions see the outputs of a task that ended in this very step: they must be rows by then.
  if (draft.isChanged) await write(db, draft.takeWrites(), execution);
  const scope = await loadScope(db, {
    ...request,
    executionId: execution.id,
    taskRun: null,
    now: () => execution.now,
    onSecret: (secret) => masks.add(secret),
  });
  return { scope, masks };
}

/** The flow cannot be read: nothing can follow. */
function failForGood(draft: Draft, failure: Failure): void {
  const { last, state } = draft.snapshot;
  if (isTerminal(state)) return;
  const attempt = last?.attempts?.latest;
  if (last && attempt && !isTerminal(attempt.state)) {
    // What a worker has is recorded first; the execution is advanced again then.
    if (attempt.isClaimed) return;
    draft.apply({ kind: "kill-attempt", attemptId: attempt.id });
  }
  if (last && !isTerminal(last.state)) {
    draft.apply({ kind: "move-task-run", taskRunId: last.id, to: "FAILED", failure });
  }
  const isKilled = draft.snapshot.isKillRequested;
  if (!isKilled && state === "CREATED") draft.apply({ kind: "move-execution", to: "RUNNING" });
  draft.apply({
    kind: "end-execution",
    state: isKilled ? "KILLED" : "FAILED",
    failure: isKilled ? null : failure,
    outputs: {},
  });
}
