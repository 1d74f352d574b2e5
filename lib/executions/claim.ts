import type { PhaseMarks } from "#lib/core/execution-view.ts";
import type { Waiting } from "#lib/core/failure.ts";
import { LIVE_STATES } from "#lib/core/state.ts";
import { CHANGED_CHANNEL, WORK_CHANNEL } from "#lib/store/channels.ts";
import { pool, urgentPool } from "#lib/store/database.ts";
import type { Lease } from "#lib/store/lease.ts";
import { transaction } from "#lib/store/transaction.ts";
import type { ClaimedAttempt, Claimer } from "./claimed-attempt.ts";

const CLAIMABLE = `a.state = ANY ($1::"State"[]) AND a.not_before <= clock_timestamp()
  AND (a.lease_until IS NULL OR a.lease_until < clock_timestamp())`;

/**
 * Claims attempts that nobody has: new ones that are due, and those whose worker's lease has lapsed.
 * Several workers claim at once and never the same.
 * @param driven what the claimer has already: a lease that lapsed while the database was away is
 *   renewed, not claimed
 */
export async function claimAttempts(
  claimer: Claimer,
  limit: number,
  driven: readonly string[] = [],
): Promise<ClaimedAttempt[]> {
  if (limit <= 0) return [];
  return transaction(async (db) => {
    // The execution is locked before the attempt, as in every transaction.
    const { rows: due } = await db.query<{ id: string }>(
      `SELECT a.id FROM attempts a JOIN executions e ON e.id = a.execution_id
       WHERE ${CLAIMABLE} AND a.id <> ALL ($3)
       ORDER BY a.not_before LIMIT $2 FOR UPDATE OF e SKIP LOCKED`,
      [LIVE_STATES, limit, driven],
    );
    if (due.length === 0) return [];
    const { rows } = await db.query<Row>(CLAIM, [
      LIVE_STATES,
      due.map(({ id }) => id),
      claimer.owner,
      claimer.leaseSeconds,
    ]);
    return rows.map((row) => claimedFrom(row, claimer));
  });
}

const CLAIM = `
WITH claimed AS (
  UPDATE attempts a SET lease_owner = $3, lease_number = a.lease_number + 1,
    lease_until = clock_timestamp() + $4 * interval '1 second',
    started_at = coalesce(a.started_at, clock_timestamp()),
    waiting = CASE WHEN a.state = 'CREATED' THEN NULL ELSE a.waiting END,
    version = e.version + 1,
    state = CASE WHEN a.state = 'CREATED' THEN 'RUNNING' ELSE a.state END
  FROM executions e
  WHERE e.id = a.execution_id AND a.id = ANY ($2) AND ${CLAIMABLE}
  RETURNING a.*
), begun AS (
  UPDATE task_runs t SET state = 'RUNNING', version = c.version,
    started_at = coalesce(t.started_at, c.started_at),
    state_history = t.state_history || jsonb_build_array(jsonb_build_object('state', 'RUNNING',
      'date', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
  FROM claimed c
  WHERE t.id = c.task_run_id AND t.state IN ('CREATED', 'RETRYING')
), seen AS (
  UPDATE executions e SET version = e.version + 1
  WHERE e.id IN (SELECT execution_id FROM claimed)
)
SELECT c.id, c.execution_id, c.task_run_id, c.number, c.runner, c.connection_id, c.handle, c.progress,
  c.marks, c.waiting, c.started_at, c.lease_number, t.position,
  pg_notify('${CHANGED_CHANNEL}', c.execution_id)
FROM claimed c JOIN task_runs t ON t.id = c.task_run_id`;

interface Row {
  id: string;
  execution_id: string;
  task_run_id: string;
  number: number;
  runner: string;
  connection_id: string | null;
  handle: unknown;
  progress: Record<string, unknown>;
  marks: PhaseMarks;
  waiting: Waiting | null;
  started_at: Date;
  lease_number: number;
  position: number;
}

function claimedFrom(row: Row, claimer: Claimer): ClaimedAttempt {
  return {
    lease: {
      executionId: row.execution_id,
      attemptId: row.id,
      owner: claimer.owner,
      number: row.lease_number,
    },
    taskRunId: row.task_run_id,
    position: row.position,
    number: row.number,
    startedAt: row.started_at,
    runner: row.runner,
    connectionId: row.connection_id,
    handle: row.handle,
    progress: row.progress,
    marks: row.marks,
    waiting: row.waiting,
  };
}

/** What renewing found: leases that still hold, and those of them whose execution is to be killed. */
export interface Renewed {
  held: Set<string>;
  killed: Set<string>;
}

/** Renews leases, by attempt id; one that is missing in the answer is lost. */
export async function renewLeases(
  leases: readonly Lease[],
  leaseSeconds: number,
): Promise<Renewed> {
  const { rows } = await urgentPool().query<{ id: string; is_killed: boolean }>(
    `UPDATE attempts a SET lease_until = clock_timestamp() + $3 * interval '1 second'
     FROM executions e, unnest($1::text[], $2::int[]) AS l (id, number)
     WHERE a.id = l.id AND a.lease_number = l.number AND e.id = a.execution_id
       AND a.state = ANY ($4::"State"[])
     RETURNING a.id, e.kill_requested_at IS NOT NULL AS is_killed`,
    [leases.map((l) => l.attemptId), leases.map((l) => l.number), leaseSeconds, LIVE_STATES],
  );
  return {
    held: new Set(rows.map((row) => row.id)),
    killed: new Set(rows.filter((row) => row.is_killed).map((row) => row.id)),
  };
}

/** Lets attempts go, so that another worker adopts them at once. */
export async function releaseLeases(leases: readonly Lease[]): Promise<void> {
  await pool().query(
    `WITH released AS (
       UPDATE attempts a SET lease_until = NULL, lease_owner = NULL
       FROM unnest($1::text[], $2::int[]) AS l (id, number)
       WHERE a.id = l.id AND a.lease_number = l.number AND a.state = ANY ($3::"State"[])
       RETURNING a.id)
     SELECT pg_notify('${WORK_CHANNEL}', 'claim') WHERE EXISTS (SELECT 1 FROM released)`,
    [leases.map((l) => l.attemptId), leases.map((l) => l.number), LIVE_STATES],
  );
}

/** Milliseconds until an attempt may be claimed, or a lapsed one adopted; null when none will. */
export async function msUntilClaimable(): Promise<number | null> {
  const { rows } = await pool().query<{ ms: number | null }>(
    `SELECT extract(epoch FROM min(greatest(not_before, lease_until)) - clock_timestamp())::float8
       * 1000 AS ms
     FROM attempts WHERE state = ANY ($1::"State"[])`,
    [LIVE_STATES],
  );
  return rows[0]?.ms ?? null;
}

/** Owners of the leases of live attempts. */
export async function leaseOwners(): Promise<string[]> {
  const { rows } = await pool().query<{ lease_owner: string }>(
    `SELECT DISTINCT lease_owner FROM attempts
     WHERE state = ANY ($1::"State"[]) AND lease_until IS NOT NULL AND lease_owner IS NOT NULL`,
    [LIVE_STATES],
  );
  return rows.map((row) => row.lease_owner);
}

/** Ends the leases of an owner that is known to be dead. */
export async function dropLeasesOf(owner: string): Promise<void> {
  await pool().query(
    `UPDATE attempts SET lease_until = NULL WHERE lease_owner = $1 AND state = ANY ($2::"State"[])`,
    [owner, LIVE_STATES],
  );
}
