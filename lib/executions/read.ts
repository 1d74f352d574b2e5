import { AppError } from "#lib/core/app-error.ts";
import type { ExecutionView, TaskRunView } from "#lib/core/execution-view.ts";
import { LIVE_STATES, type StateChange } from "#lib/core/state.ts";
import { pool } from "#lib/store/database.ts";
import { snapshot } from "#lib/store/transaction.ts";
import { flowOfRevision, isFlow } from "./flow-revision.ts";
import type { Queryable } from "./queryable.ts";
import { withoutSecrets } from "./secret-inputs.ts";
import { inWrittenOrder } from "./written-order.ts";
import {
  type ArtifactRow,
  artifactView,
  ATTEMPT_COLUMNS,
  type AttemptRow,
  type MetricRow,
  metricView,
  SUMMARY_COLUMNS,
  type SummaryRow,
  summaryView,
  type TaskRunRow,
  taskRunView,
} from "./view.ts";

export { listExecutions, recentExecutions } from "./read-list.ts";

/** One execution, whole. @throws AppError `not-found` */
export async function getExecution(id: string): Promise<ExecutionView> {
  const change = await changedSince(id, 0);
  if (!change) throw notFound(id);
  return { ...change.execution, taskRuns: change.taskRuns };
}

export interface ExecutionChange {
  execution: Omit<ExecutionView, "taskRuns">;
  /** Those that changed after the version. */
  taskRuns: TaskRunView[];
}

interface ExecutionRow extends SummaryRow {
  version: number;
  state_history: StateChange[];
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  log_lines: string;
}

/**
 * What changed after this version (0: everything), all of one moment; null when nothing did.
 * @throws AppError `not-found`, also once it is deleted
 */
export function changedSince(id: string, version: number): Promise<ExecutionChange | null> {
  return snapshot((db) => changesIn(db, id, version));
}

async function changesIn(
  db: Queryable,
  id: string,
  version: number,
): Promise<ExecutionChange | null> {
  const { rows } = await db.query<ExecutionRow>(
    `SELECT ${SUMMARY_COLUMNS}, version, state_history, inputs, outputs, log_lines
     FROM executions WHERE id = $1`,
    [id],
  );
  const [row] = rows;
  if (!row) throw notFound(id);
  if (row.version <= version) return null;
  const runs = await db.query<TaskRunRow>(CHANGED_RUNS, [id, version]);
  const runIds = runs.rows.map((run) => run.id);
  const attempts = await db.query<AttemptRow>(
    `SELECT ${ATTEMPT_COLUMNS} FROM attempts WHERE task_run_id = ANY ($1) ORDER BY number`,
    [runIds],
  );
  const files = await db.query<ArtifactRow & { task_run_id: string | null; kind: string }>(
    `SELECT uri, name, size, sha256, task_run_id, kind FROM artifacts
     WHERE execution_id = $1 AND (task_run_id IS NULL OR task_run_id = ANY ($2)) ORDER BY name`,
    [id, runIds],
  );
  const metrics = await db.query<MetricRow>(
    `SELECT task_run_id, task_id, name, type, value, tags FROM metrics WHERE execution_id = $1
     ORDER BY id`,
    [id],
  );
  const { namespace, flow_id: flowId, revision } = row;
  const flow = await flowOfRevision(db, { namespace, flowId, revision });
  const { tasks, inputs, outputs } = isFlow(flow) ? flow : { tasks: [], inputs: [], outputs: [] };
  return {
    execution: {
      ...summaryView(row),
      version: row.version,
      stateHistory: row.state_history,
      inputs: inWrittenOrder(withoutSecrets(row.inputs, inputs), inputs),
      inputFiles: files.rows.filter((file) => file.task_run_id === null).map(artifactView),
      outputs: inWrittenOrder(row.outputs, outputs),
      tasks: tasks.map((task) => ({ id: task.id, type: task.type, line: task.range.startLine })),
      logLines: Number(row.log_lines),
      metrics: metrics.rows.map(metricView),
    },
    taskRuns: runs.rows.map((run) => taskRunView(run, attempts.rows, files.rows)),
  };
}

const CHANGED_RUNS = `
SELECT id, task_id, type, value, state, state_history, outputs, failure, version, started_at, ended_at
FROM task_runs t
WHERE execution_id = $1 AND (version > $2 OR EXISTS (
  SELECT 1 FROM attempts a WHERE a.task_run_id = t.id AND a.version > $2))
ORDER BY position`;

/** How long after an attempt's end its removal is waited for; a worker that died never records it. */
const REMOVAL_AWAITED = "10 seconds";

/** Whether the removal of an ended attempt's pod is still to be recorded, in all likelihood. */
export async function awaitsRemoval(id: string): Promise<boolean> {
  const { rows } = await pool().query<{ awaited: boolean }>(
    `SELECT EXISTS (
       SELECT 1 FROM attempts
       WHERE execution_id = $1 AND runner = 'kubernetes' AND handle IS NOT NULL
         AND NOT marks ? 'removed' AND NOT coalesce((progress->'keepsPod')::boolean, false)
         AND ended_at > now() - $2::interval) AS awaited`,
    [id, REMOVAL_AWAITED],
  );
  return rows[0]?.awaited ?? false;
}

/** How many executions are live. */
export async function countLive(): Promise<number> {
  const { rows } = await pool().query<{ live: number }>(
    `SELECT count(*)::int AS live FROM executions WHERE state = ANY ($1::"State"[])`,
    [LIVE_STATES],
  );
  return rows[0]?.live ?? 0;
}

function notFound(id: string): AppError {
  return new AppError("not-found", `There is no execution ${id}.`);
}
