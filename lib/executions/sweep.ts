import { LIVE_STATES, STATES } from "#lib/core/state.ts";
import { pool } from "#lib/store/database.ts";
import { forgetBytes } from "./forget-bytes.ts";

/**
 * Of these attempts, those whose runs stay: live ones, and those whose flow keeps its pods. What is
 * no attempt is a run that one needs beside its own, and stays as long as its task run goes on.
 */
export async function liveOrKept(
  runs: readonly { attemptId: string; taskRunId: string }[],
): Promise<Set<string>> {
  if (runs.length === 0) return new Set();
  const { rows } = await pool().query<{ id: string }>(
    `SELECT run.id FROM unnest($1::text[], $2::text[]) AS run (id, task_run_id)
     LEFT JOIN attempts own ON own.id = run.id
     WHERE own.state = ANY ($3::"State"[]) OR (own.progress->>'keepsPod')::boolean
       OR own.id IS NULL AND EXISTS (
         SELECT FROM attempts WHERE task_run_id = run.task_run_id AND state = ANY ($3::"State"[]))`,
    [runs.map((run) => run.attemptId), runs.map((run) => run.taskRunId), LIVE_STATES],
  );
  return new Set(rows.map((row) => row.id));
}

/** Removes uploads that no execution took within a day. Returns how many. */
export async function forgetOldUploads(): Promise<number> {
  const { rows } = await pool().query<{ storage_key: string }>(
    `DELETE FROM artifacts WHERE kind = 'upload' AND created_at < now() - interval '1 day'
     RETURNING storage_key`,
  );
  await forgetBytes(rows.map((row) => row.storage_key));
  return rows.length;
}

/**
 * The connections that attempts of the last week ran on, with the namespaces they used there; null:
 * clusters of tasks' own configs.
 */
export async function usedConnections(): Promise<{ id: string | null; namespaces: string[] }[]> {
  const { rows } = await pool().query<{ id: string | null; namespaces: string[] }>(
    `SELECT connection_id AS id,
       array_remove(array_agg(DISTINCT nullif(handle->>'namespace', '')), NULL) AS namespaces
     FROM attempts
     WHERE state = ANY ($1::"State"[])
       AND not_before > now() - interval '7 days'
     GROUP BY connection_id`,
    [STATES],
  );
  return rows;
}
