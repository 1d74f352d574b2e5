import { TERMINAL_STATES } from "#lib/core/state.ts";
import { pool } from "./database.ts";
import { jsonb, storable } from "./jsonb.ts";
import { LeaseLostError, type Lease } from "./lease.ts";
import type { LogChunk } from "./log-chunk.ts";
import { CHANGED_CHANNEL } from "./channels.ts";
import { statement } from "./statement.ts";

export interface StoredMetric {
  taskId: string;
  name: string;
  type: string;
  value: number;
  tags: Record<string, string>;
}

export interface LogAppend {
  chunks: readonly LogChunk[];
  /** Lines of the attempt that are stored already. */
  attemptLine: number;
  /** Merged into the attempt's progress in the same transaction: cursor, counters, outputs. */
  progress: Record<string, unknown>;
  /** How many appends of the attempt came before; stored as `progress.sequence`. */
  sequence: number;
  metrics: readonly StoredMetric[];
}

/**
 * Appends lines to an execution's log and remembers how far the attempt's log has been read, in one
 * statement: all of it or nothing. Repeating it after its answer was lost changes nothing.
 * @throws LeaseLostError when the attempt is somebody else's by now
 */
export async function appendLog(lease: Lease, append: LogAppend): Promise<void> {
  const { chunks } = append;
  const lines = chunks.reduce((sum, chunk) => sum + chunk.lines, 0);
  const pieces = chunks.map(({ head, table, text }) => [head, table, text]);
  const values = [
    lease.executionId,
    lease.attemptId,
    lease.number,
    append.sequence,
    jsonb({ ...append.progress, sequence: append.sequence + 1 }),
    lines,
    append.attemptLine,
    offsets(chunks),
    chunks.map((chunk) => chunk.lines),
    chunks.map((chunk) => maxLevel(chunk.counts)),
    chunks.map((chunk) => `{${chunk.counts.join(",")}}`),
    pieces.map((its) => its.reduce((sum, { length }) => sum + length, 0)),
    // One value, which goes as the bytes it is; an array of them would go as hexadecimal text.
    Buffer.concat(pieces.flat()),
    jsonb(append.metrics.map((metric) => ({ ...metric, name: storable(metric.name) }))),
    TERMINAL_STATES,
  ];
  const written = await pool().query(statement("append_log", APPEND, values));
  if (written.rowCount === 0) await orWasWritten(lease, append.sequence);
}

// The execution is locked before the attempt, as in every transaction, so that none waits for the other.
const APPEND = `
WITH held AS (
  SELECT id FROM executions WHERE id = $1 FOR UPDATE
), fenced AS (
  UPDATE attempts a SET progress = a.progress || $5::jsonb
  FROM held
  WHERE a.id = $2 AND a.execution_id = held.id AND a.lease_number = $3
    AND coalesce((a.progress->>'sequence')::int, 0) = $4
    AND a.state <> ALL ($15::"State"[])
  RETURNING a.task_run_id
), grown AS (
  UPDATE executions SET log_lines = log_lines + $6
  WHERE id = $1 AND EXISTS (SELECT 1 FROM fenced)
  RETURNING log_lines - $6 AS first
), stored AS (
  INSERT INTO log_chunks (execution_id, first_line, line_count, task_run_id, attempt_id,
    attempt_line, max_level, level_counts, data)
  SELECT $1, grown.first + c.skip, c.lines, fenced.task_run_id, $2, $7 + c.skip, c.top,
    c.counts::int[],
    substring($13::bytea FROM (sum(c.size) OVER (ORDER BY c.skip) - c.size + 1)::int FOR c.size)
  FROM grown, fenced,
    unnest($8::int[], $9::int[], $10::int[], $11::text[], $12::int[])
      AS c (skip, lines, top, counts, size)
), measured AS (
  INSERT INTO metrics (execution_id, task_run_id, task_id, name, type, value, tags)
  SELECT $1, fenced.task_run_id, m."taskId", m.name, m.type, m.value, m.tags
  FROM fenced, jsonb_to_recordset($14::jsonb)
    AS m ("taskId" text, name text, type text, value float8, tags jsonb)
)
SELECT pg_notify('${CHANGED_CHANNEL}', $1) FROM grown`;

/** Nothing was written: because it had been before, or because the attempt is no longer ours. */
async function orWasWritten(lease: Lease, sequence: number): Promise<void> {
  const found = await pool().query(
    `SELECT 1 FROM attempts WHERE id = $1 AND lease_number = $2
       AND (progress->>'sequence')::int = $3`,
    [lease.attemptId, lease.number, sequence + 1],
  );
  if (found.rowCount === 0) throw new LeaseLostError(lease);
}

/** How many lines are in the chunks before each. */
function offsets(chunks: readonly LogChunk[]): number[] {
  let offset = 0;
  return chunks.map(({ lines }) => (offset += lines) - lines);
}

function maxLevel(counts: readonly number[]): number {
  return counts.findLastIndex((count) => count > 0);
}
