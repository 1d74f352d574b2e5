import type {
  ArtifactView,
  AttemptView,
  ExecutionSummary,
  MetricView,
  PhaseMarks,
  TaskRunView,
  Transfer,
} from "#lib/core/execution-view.ts";
import type { Failure, Waiting } from "#lib/core/failure.ts";
import type { LogSeal } from "#lib/core/log-line.ts";
import type { State, StateChange } from "#lib/core/state.ts";

export interface SummaryRow {
  id: string;
  namespace: string;
  flow_id: string;
  revision: number;
  state: State;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  labels: Record<string, string>;
  connection_id: string | null;
  failure: Failure | null;
}

export const SUMMARY_COLUMNS = `id, namespace, flow_id, revision, state, created_at, started_at,
  ended_at, labels, connection_id, failure`;

export function summaryView(row: SummaryRow): ExecutionSummary {
  return {
    id: row.id,
    namespace: row.namespace,
    flowId: row.flow_id,
    revision: row.revision,
    state: row.state,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    labels: row.labels,
    connectionId: row.connection_id,
    failure: row.failure,
  };
}

export interface ArtifactRow {
  uri: string;
  name: string;
  size: string;
  sha256: string;
}

export function artifactView({ uri, name, size, sha256 }: ArtifactRow): ArtifactView {
  return { uri, name, size: Number(size), sha256 };
}

export interface AttemptRow {
  id: string;
  task_run_id: string;
  number: number;
  state: State;
  runner: string;
  connection_id: string | null;
  handle: { namespace: string; name: string } | null;
  upload: Transfer | null;
  download: Transfer | null;
  /** Its file's URI. */
  black_box: string | null;
  waiting: Waiting | null;
  failure: Failure | null;
  marks: PhaseMarks;
  is_kept: boolean | null;
  node: string | null;
  exit_code: number | null;
  seal: LogSeal;
  started_at: Date | null;
  ended_at: Date | null;
}

export const ATTEMPT_COLUMNS = `id, task_run_id, number, state, runner, connection_id, handle,
  (progress->'keepsPod')::boolean AS is_kept, progress->'upload' AS upload, progress->'download' AS download, progress->>'blackBox' AS black_box, waiting, failure, marks, node, exit_code, seal, started_at, ended_at`;

function attemptView(row: AttemptRow, files: readonly ArtifactRow[]): AttemptView {
  const blackBox = files.find(({ uri }) => uri === row.black_box);
  const runner = row.runner === "process" || row.runner === "worker" ? row.runner : "kubernetes";
  const isPod = runner === "kubernetes" && row.handle !== null;
  return {
    id: row.id,
    number: row.number,
    state: row.state,
    runner,
    connectionId: row.connection_id,
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    exitCode: row.exit_code,
    failure: row.failure,
    waiting: row.waiting,
    pod: isPod
      ? {
          namespace: row.handle?.namespace ?? "",
          name: row.handle?.name ?? "",
          node: row.node,
          isKept: row.is_kept ?? false,
        }
      : null,
    marks: row.marks,
    seal: row.seal,
    upload: row.upload,
    download: row.download,
    blackBox: blackBox ? artifactView(blackBox) : null,
  };
}

export interface TaskRunRow {
  id: string;
  task_id: string;
  type: string;
  /** "" outside loops. */
  value: string;
  state: State;
  state_history: StateChange[];
  outputs: Record<string, unknown>;
  failure: Failure | null;
  version: number;
  started_at: Date | null;
  ended_at: Date | null;
}

export function taskRunView(
  row: TaskRunRow,
  attempts: readonly AttemptRow[],
  files: readonly (ArtifactRow & { task_run_id: string | null; kind: string })[],
): TaskRunView {
  const ofRun = files.filter((file) => file.task_run_id === row.id);
  return {
    id: row.id,
    taskId: row.task_id,
    type: row.type,
    value: row.value === "" ? null : row.value,
    state: row.state,
    stateHistory: row.state_history,
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    outputs: row.outputs,
    failure: row.failure,
    attempts: attempts
      .filter((attempt) => attempt.task_run_id === row.id)
      .map((attempt) => attemptView(attempt, ofRun)),
    files: ofRun.filter(({ kind }) => kind === "output").map(artifactView),
    version: row.version,
  };
}

export interface MetricRow {
  task_run_id: string;
  task_id: string;
  name: string;
  type: string;
  value: number;
  tags: Record<string, string>;
}

export function metricView(row: MetricRow): MetricView {
  return {
    taskRunId: row.task_run_id,
    taskId: row.task_id,
    name: row.name,
    type: row.type === "timer" || row.type === "gauge" ? row.type : "counter",
    value: row.value,
    tags: row.tags,
  };
}
