import type { Failure } from "#lib/core/failure.ts";
import type { State } from "#lib/core/state.ts";
import type { Snapshot, TaskRunSnapshot } from "#lib/engine/snapshot.ts";
import { statement } from "#lib/store/statement.ts";
import type { Queryable } from "../queryable.ts";

/** An execution, locked until the transaction's end. */
export interface LockedExecution {
  id: string;
  namespace: string;
  flowId: string;
  revision: number;
  state: State;
  version: number;
  isKillRequested: boolean;
  /** The database's clock: the one that all workers share. */
  now: Date;
}

/** The last task run's latest attempt, as fencing needs it. */
export interface LatestAttempt {
  id: string;
  state: State;
  leaseNumber: number;
}

export const LOCKED_COLUMNS = `id, namespace, flow_id AS "flowId", revision, state, version,
  kill_requested_at IS NOT NULL AS "isKillRequested", clock_timestamp() AS now`;

/** Locks the execution; null when there is none. */
export async function lockExecution(db: Queryable, id: string): Promise<LockedExecution | null> {
  const { rows } = await db.query<LockedExecution>(
    `SELECT ${LOCKED_COLUMNS} FROM executions WHERE id = $1 FOR UPDATE`,
    [id],
  );
  return rows[0] ?? null;
}

interface Row {
  id: string;
  task_id: string;
  position: number;
  state: State;
  failure: Failure | null;
  made: number;
  platform_failures: number;
  first_started_at: Date | null;
  attempt_id: string | null;
  attempt_state: State;
  attempt_failure: Failure | null;
  may_repeat: boolean | null;
  lease_number: number;
}

/** Reads what the engine needs: the last task run, whatever the number of those before it. */
export async function loadSnapshot(
  db: Queryable,
  execution: LockedExecution,
): Promise<{ snapshot: Snapshot; latest: LatestAttempt | null }> {
  const { rows } = await db.query<Row>(statement("last_run", LAST_RUN, [execution.id]));
  const [row] = rows;
  return {
    snapshot: {
      state: execution.state,
      isKillRequested: execution.isKillRequested,
      last: row ? runOf(row) : null,
      hasWarnings: false,
      conditions: new Map(),
      outputs: null,
    },
    latest:
      row && row.attempt_id !== null
        ? { id: row.attempt_id, state: row.attempt_state, leaseNumber: row.lease_number }
        : null,
  };
}

const LAST_RUN = `
SELECT t.id, t.task_id, t.position, t.state, t.failure,
  s.made, s.platform_failures, s.first_started_at,
  a.id AS attempt_id, a.state AS attempt_state, a.failure AS attempt_failure,
  (a.progress->>'mayRepeat')::boolean AS may_repeat, a.lease_number
FROM task_runs t
  LEFT JOIN LATERAL (
    SELECT count(*)::int AS made, min(started_at) AS first_started_at,
      (count(*) FILTER (WHERE failure->>'fault' = 'platform'))::int AS platform_failures
    FROM attempts WHERE task_run_id = t.id) s ON true
  LEFT JOIN LATERAL (
    SELECT * FROM attempts WHERE task_run_id = t.id ORDER BY number DESC LIMIT 1) a ON true
WHERE t.execution_id = $1 ORDER BY t.position DESC LIMIT 1`;

function runOf(row: Row): TaskRunSnapshot {
  return {
    id: row.id,
    taskId: row.task_id,
    position: row.position,
    state: row.state,
    failure: row.failure,
    attempts:
      row.attempt_id === null
        ? null
        : {
            made: row.made,
            platformFailures: row.platform_failures,
            firstStartedAt: row.first_started_at,
            latest: {
              id: row.attempt_id,
              state: row.attempt_state,
              failure: row.attempt_failure,
              // Once a worker had it there may be a pod: only a worker may end it.
              isClaimed: row.attempt_state !== "CREATED",
              mayRepeat: row.may_repeat ?? false,
            },
          },
  };
}

/** Whether an earlier task ended in WARNING. */
export async function hadWarnings(db: Queryable, executionId: string): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM task_runs WHERE execution_id = $1 AND state = 'WARNING') AS found`,
    [executionId],
  );
  return rows[0]?.found ?? false;
}
