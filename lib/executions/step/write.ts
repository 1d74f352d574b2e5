import type { Failure, Waiting } from "#lib/core/failure.ts";
import { isTerminal, type State, type StateChange } from "#lib/core/state.ts";
import { CHANGED_CHANNEL, WORK_CHANNEL } from "#lib/store/channels.ts";
import { jsonb } from "#lib/store/jsonb.ts";
import { statement } from "#lib/store/statement.ts";
import type { AttemptEnd, CollectedArtifact } from "../attempt-end.ts";
import type { Claimer } from "../claimed-attempt.ts";
import type { Queryable } from "../queryable.ts";

/** All that one step of an execution changes. */
export interface Writes {
  executionId: string;
  version: number;
  now: Date;
  state: State;
  history: StateChange[];
  failure: Failure | null;
  /** null: unchanged. */
  outputs: Record<string, unknown> | null;
  isKillRequested: boolean;
  /** Whether more is to do at once, in another transaction. */
  wakeAgain: boolean;
  runs: Map<string, RunChange>;
  newAttempts: Map<string, NewAttempt>;
  attempts: Map<string, AttemptChange>;
  files: { taskRunId: string; files: (CollectedArtifact & { kind: FileKind })[] } | null;
}

export interface RunChange {
  id: string;
  taskId: string;
  type: string;
  position: number;
  state: State;
  /** What is added to its history. */
  history: StateChange[];
  failure: Failure | null;
  /** null: unchanged. */
  outputs: Record<string, unknown> | null;
  isStarted: boolean;
  isEnded: boolean;
}

export interface NewAttempt {
  id: string;
  taskRunId: string;
  number: number;
  state: State;
  runner: string;
  waiting: Waiting | null;
  notBefore: Date;
  claimer: Claimer | null;
}

export interface AttemptChange {
  id: string;
  state: State;
  end?: AttemptEnd;
}

/** Writes a step in one statement, and tells those who wait for it. */
export async function write(db: Queryable, writes: Writes, names: FileNames): Promise<void> {
  const { now } = writes;
  const values = [
    writes.executionId,
    writes.version,
    now,
    writes.state,
    jsonb(writes.history),
    writes.failure && jsonb(writes.failure),
    writes.outputs && jsonb(writes.outputs),
    isTerminal(writes.state),
    writes.isKillRequested,
    writes.wakeAgain,
    jsonb([...writes.runs.values()]),
    jsonb([...writes.newAttempts.values()].map((attempt) => newAttemptRow(attempt, now))),
    jsonb([...writes.attempts.values()].map((change) => attemptRow(change, now))),
    writes.files?.taskRunId ?? null,
    jsonb(writes.files?.files ?? []),
    names.namespace,
    names.flowId,
  ];
  await db.query(statement("write_step", WRITE, values));
}

/** Kinds of files that an attempt leaves; those of its other tries stay, but for outputs. */
type FileKind = "output" | "black-box";

/** The execution's flow, for the rows of its files. */
export interface FileNames {
  namespace: string;
  flowId: string;
}

function newAttemptRow(attempt: NewAttempt, now: Date): Record<string, unknown> {
  const { claimer, ...row } = attempt;
  return {
    ...row,
    marks: { queued: now.toISOString() },
    owner: claimer?.owner ?? null,
    leaseSeconds: claimer?.leaseSeconds ?? null,
    leaseNumber: claimer ? 1 : 0,
    startedAt: claimer ? now.toISOString() : null,
  };
}

function attemptRow({ id, state, end }: AttemptChange, now: Date): Record<string, unknown> {
  const recorded = now.toISOString();
  return {
    id,
    state,
    failure: end?.failure ?? null,
    exitCode: end?.exitCode ?? null,
    node: end?.node ?? null,
    marks: { ...end?.marks, recorded },
    seal: end?.seal ?? { state: "complete", lines: 0, bytes: 0 },
    progress: end ? { mayRepeat: end.mayRepeat, blackBox: end.blackBox?.uri ?? null } : {},
  };
}

const WRITE = `
WITH written_runs AS (
  INSERT INTO task_runs (id, execution_id, task_id, type, position, state, state_history, outputs,
    failure, version, started_at, ended_at)
  SELECT r.id, $1, r."taskId", r.type, r.position, r.state, r.history, coalesce(nullif(r.outputs, 'null'), '{}'),
    nullif(r.failure, 'null'), $2,
    CASE WHEN r."isStarted" THEN $3::timestamptz END, CASE WHEN r."isEnded" THEN $3::timestamptz END
  FROM jsonb_to_recordset($11::jsonb) AS r (id text, "taskId" text, type text, position int,
    state "State", history jsonb, outputs jsonb, failure jsonb, "isStarted" boolean, "isEnded" boolean)
  ON CONFLICT (id) DO UPDATE SET state = excluded.state,
    state_history = task_runs.state_history || excluded.state_history,
    outputs = CASE WHEN excluded.outputs = '{}' THEN task_runs.outputs ELSE excluded.outputs END,
    failure = excluded.failure, version = excluded.version,
    started_at = coalesce(task_runs.started_at, excluded.started_at),
    ended_at = excluded.ended_at
), made_attempts AS (
  INSERT INTO attempts (id, execution_id, task_run_id, number, state, runner, waiting, marks, version,
    not_before, lease_owner, lease_until, lease_number, started_at)
  SELECT a.id, $1, a."taskRunId", a.number, a.state, a.runner, nullif(a.waiting, 'null'), a.marks, $2,
    a."notBefore", a.owner, clock_timestamp() + a."leaseSeconds" * interval '1 second',
    a."leaseNumber", a."startedAt"
  FROM jsonb_to_recordset($12::jsonb) AS a (id text, "taskRunId" text, number int, state "State",
    runner text, waiting jsonb, marks jsonb, "notBefore" timestamptz, owner text,
    "leaseSeconds" float8, "leaseNumber" int, "startedAt" timestamptz)
), changed_attempts AS (
  UPDATE attempts SET state = c.state, failure = nullif(c.failure, 'null'),
    exit_code = c."exitCode", node = coalesce(c.node, attempts.node),
    marks = attempts.marks || c.marks, seal = c.seal, progress = attempts.progress || c.progress,
    waiting = NULL, version = $2, ended_at = $3, lease_until = NULL
  FROM jsonb_to_recordset($13::jsonb) AS c (id text, state "State", failure jsonb, "exitCode" int,
    node text, marks jsonb, seal jsonb, progress jsonb)
  WHERE attempts.id = c.id
), forgotten_files AS (
  DELETE FROM artifacts WHERE task_run_id = $14 AND kind = 'output'
), stored_files AS (
  INSERT INTO artifacts (uri, kind, namespace, flow_id, execution_id, task_run_id, name, storage_key,
    size, sha256, is_executable)
  SELECT f.uri, f.kind, $16, $17, $1, $14, f.name, f."storageKey", f.size, f.sha256,
    f."isExecutable"
  FROM jsonb_to_recordset($15::jsonb) AS f (uri text, kind text, name text, "storageKey" text, size bigint,
    sha256 text, "isExecutable" boolean)
), written AS (
  UPDATE executions SET version = $2, state = $4, state_history = state_history || $5::jsonb,
    failure = $6::jsonb, outputs = coalesce($7::jsonb, outputs),
    kill_requested_at = CASE WHEN $9 THEN coalesce(kill_requested_at, $3) ELSE kill_requested_at END,
    started_at = CASE WHEN $4::"State" IN ('CREATED', 'QUEUED') THEN started_at
      ELSE coalesce(started_at, $3) END,
    ended_at = CASE WHEN $8 THEN $3::timestamptz END,
    wake_at = CASE WHEN $10 THEN $3::timestamptz END
  WHERE id = $1
)
SELECT pg_notify('${CHANGED_CHANNEL}', $1),
  CASE WHEN $9 THEN pg_notify('${WORK_CHANNEL}', 'kill ' || $1) END,
  CASE WHEN $10 THEN pg_notify('${WORK_CHANNEL}', 'advance') END,
  CASE WHEN jsonb_path_exists($12::jsonb, '$[*] ? (@.owner == null)')
    THEN pg_notify('${WORK_CHANNEL}', 'claim') END`;
