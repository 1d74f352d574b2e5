import { AppError } from "#lib/core/app-error.ts";
import type { ExecutionFilter, ExecutionSummary, Page } from "#lib/core/execution-view.ts";
import { pool } from "#lib/store/database.ts";
import { SUMMARY_COLUMNS, type SummaryRow, summaryView } from "./view.ts";

/** One page of the executions that match, the newest first. @throws AppError `malformed` for a cursor that is none */
export async function listExecutions(
  filter: ExecutionFilter,
  cursor: string | null,
  limit = 50,
): Promise<Page<ExecutionSummary>> {
  const after = cursor === null ? null : readCursor(cursor);
  const { rows } = await pool().query<SummaryRow>(
    `SELECT ${SUMMARY_COLUMNS} FROM executions
     WHERE ($1::text IS NULL OR namespace = $1 OR namespace LIKE $2)
       AND ($3::text IS NULL OR flow_id = $3)
       AND ($4::"State"[] IS NULL OR state = ANY ($4))
       AND ($5::timestamptz IS NULL OR created_at >= $5)
       AND ($6::timestamptz IS NULL OR created_at < $6)
       AND ($7::text IS NULL OR id ILIKE $7 OR flow_id ILIKE $7 OR namespace ILIKE $7
         OR EXISTS (SELECT 1 FROM jsonb_each_text(labels) AS l WHERE l.value ILIKE $7))
       AND ($8::timestamptz IS NULL OR (created_at, id) < ($8, $9))
     ORDER BY created_at DESC, id DESC LIMIT $10`,
    [
      filter.namespace ?? null,
      filter.namespace === undefined ? null : `${escaped(filter.namespace)}.%`,
      filter.flowId ?? null,
      filter.states && filter.states.length > 0 ? filter.states : null,
      filter.from ?? null,
      filter.to ?? null,
      filter.text ? `%${escaped(filter.text)}%` : null,
      after?.createdAt ?? null,
      after?.id ?? null,
      limit + 1,
    ],
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { items: rows.slice(0, limit).map(summaryView), next: last ? cursorOf(last) : null };
}

/** The last `limit` executions of each flow, the newest last, by `namespace/flowId`. */
export async function recentExecutions(
  flows: { namespace: string; id: string }[],
  limit = 16,
): Promise<Map<string, ExecutionSummary[]>> {
  const recent = new Map<string, ExecutionSummary[]>();
  if (flows.length === 0) return recent;
  const { rows } = await pool().query<SummaryRow>(
    `SELECT e.* FROM unnest($1::text[], $2::text[]) AS f (namespace, id), LATERAL (
       SELECT ${SUMMARY_COLUMNS} FROM executions
       WHERE executions.namespace = f.namespace AND flow_id = f.id
       ORDER BY created_at DESC, executions.id DESC LIMIT $3) AS e
     ORDER BY e.created_at, e.id`,
    [flows.map((flow) => flow.namespace), flows.map((flow) => flow.id), limit],
  );
  for (const row of rows) {
    const key = `${row.namespace}/${row.flow_id}`;
    recent.set(key, [...(recent.get(key) ?? []), summaryView(row)]);
  }
  return recent;
}

/** A text as itself in LIKE. */
function escaped(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`).replaceAll("\0", "");
}

function cursorOf(row: SummaryRow): string {
  return Buffer.from(`${row.created_at.toISOString()} ${row.id}`).toString("base64url");
}

function readCursor(cursor: string): { createdAt: string; id: string } {
  const [createdAt = "", id = ""] = Buffer.from(cursor, "base64url").toString().split(" ");
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(createdAt) || id === "") {
    const what = "The cursor of the list is none that was given.";
    throw new AppError("malformed", `${what} Begin with the first page.`);
  }
  return { createdAt, id };
}
