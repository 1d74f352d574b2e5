import type { PhaseMarks } from "#lib/core/execution-view.ts";
import type { Waiting } from "#lib/core/failure.ts";
import { TERMINAL_STATES } from "#lib/core/state.ts";
import { CHANGED_CHANNEL } from "#lib/store/channels.ts";
import { pool } from "#lib/store/database.ts";
import { jsonb } from "#lib/store/jsonb.ts";
import { LeaseLostError, type Lease } from "#lib/store/lease.ts";
import { statement } from "#lib/store/statement.ts";

/** What is new about a live attempt; what is absent stays as it is. */
export interface AttemptNews {
  runner?: string;
  connectionId?: string;
  /** runner/contract.ts RunHandle. */
  handle?: unknown;
  node?: string;
  /** Added to the marks there are. */
  marks?: PhaseMarks;
  /** null: it waits no more. */
  waiting?: Waiting | null;
  /** Added to the progress there is. */
  progress?: Record<string, unknown>;
}

/** Records news of an attempt that this process drives. @throws LeaseLostError */
export async function recordAttempt(lease: Lease, news: AttemptNews): Promise<void> {
  const values = [
    lease.executionId,
    lease.attemptId,
    lease.number,
    TERMINAL_STATES,
    news.runner ?? null,
    news.connectionId ?? null,
    news.handle === undefined ? null : jsonb(news.handle),
    news.node ?? null,
    jsonb(news.marks ?? {}),
    news.waiting !== undefined,
    news.waiting ? jsonb(news.waiting) : null,
    jsonb(news.progress ?? {}),
  ];
  const { rowCount } = await pool().query(statement("record_attempt", RECORD, values));
  if (rowCount === 0) throw new LeaseLostError(lease);
}

/** Records when the place accepted the removal of an ended attempt's run; the first record stays. */
export async function recordRemoval(
  { executionId, attemptId }: Pick<Lease, "executionId" | "attemptId">,
  at: Date,
): Promise<void> {
  await pool().query(REMOVED, [executionId, attemptId, jsonb({ removed: at.toISOString() })]);
}

const REMOVED = `
WITH held AS (
  SELECT id, version FROM executions WHERE id = $1 FOR UPDATE
), marked AS (
  UPDATE attempts a SET marks = marks || $3::jsonb, version = held.version + 1
  FROM held WHERE a.id = $2 AND a.execution_id = held.id AND NOT a.marks ? 'removed'
  RETURNING a.id
), seen AS (
  UPDATE executions SET version = version + 1 WHERE id = $1 AND EXISTS (SELECT 1 FROM marked)
)
SELECT pg_notify('${CHANGED_CHANNEL}', $1) FROM marked`;

// The execution is locked before the attempt, as in every transaction.
const RECORD = `
WITH held AS (
  SELECT id, version FROM executions WHERE id = $1 FOR UPDATE
), fenced AS (
  UPDATE attempts a SET runner = coalesce($5, runner), connection_id = coalesce($6, connection_id),
    handle = coalesce($7::jsonb, handle), node = coalesce($8, node), marks = marks || $9::jsonb,
    waiting = CASE WHEN $10 THEN $11::jsonb ELSE waiting END, progress = progress || $12::jsonb,
    version = held.version + 1
  FROM held
  WHERE a.id = $2 AND a.execution_id = held.id AND a.lease_number = $3
    AND a.state <> ALL ($4::"State"[])
  RETURNING a.id
), seen AS (
  UPDATE executions SET version = version + 1 WHERE id = $1 AND EXISTS (SELECT 1 FROM fenced)
)
SELECT pg_notify('${CHANGED_CHANNEL}', $1) FROM fenced`;
