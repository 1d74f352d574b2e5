import type { Settings } from "#lib/config/env.ts";
import type { Failure } from "#lib/core/failure.ts";
import { LeaseLostError } from "#lib/store/lease.ts";
import { pool } from "#lib/store/database.ts";
import type { ClaimedAttempt } from "#lib/executions/claimed-attempt.ts";
import { flowOfRevision, isFlow } from "#lib/executions/flow-revision.ts";
import { loadScope } from "#lib/executions/scope.ts";
import type { Scope } from "#lib/expression/scope.ts";
import type { Flow, Task } from "#lib/flow/flow.ts";
import type { Runner } from "#lib/runner/contract.ts";
import type { TokenSource } from "#lib/runner/kubernetes/connection-config.ts";
import { type ConnectionConfig, TaskFailure } from "#lib/tasks/task-type.ts";
import type { Adoptions } from "../adoptions.ts";
import type { HeldLease } from "../held-lease.ts";
import { persist } from "../persist.ts";
import { LogWriter } from "./log-writer.ts";
import { Marks } from "./marks.ts";
import { Masks } from "#lib/executions/masks.ts";
import { type Progress, progressFrom } from "./progress.ts";
import { Reporter } from "./reporter.ts";

/** A task's `config`; a provider of tokens is a source of them by then. */
export type ConfigWithToken = ConnectionConfig & { tokenSource?: TokenSource };

/**
 * Where runners come from: lib/connections' RunnerPool, or a fake one. None is closed before the
 * signal `until` is aborted.
 */
export interface Runners {
  openRunner(connectionId: string, until: AbortSignal): Promise<Runner>;
  openRunnerForConfig(
    config: ConfigWithToken,
    baseConnectionId: string | null,
    until: AbortSignal,
  ): Promise<Runner>;
  /** Where tasks run when neither flow nor person says where. */
  defaultConnectionId(): Promise<string>;
}

export interface DriveTools {
  runners: Runners;
  settings: Pick<Settings, "maxUploadBytes" | "helperImage">;
  now: () => Date;
  adoptions: Adoptions;
}

/** One attempt while it is driven. */
export interface Drive extends DriveTools {
  attempt: ClaimedAttempt;
  held: HeldLease;
  /** Aborted when nothing is done for it any more, and nobody here cleans up after it. */
  over: AbortSignal;
  /** Aborted when it is over, or let go before. */
  gone: AbortSignal;
  flow: Flow;
  /** Of the flow. */
  revision: number;
  task: Task;
  scope: Scope;
  /** The connection that a person picked; null: what the flow says. */
  pickedConnectionId: string | null;
  masks: Masks;
  progress: Progress;
  marks: Marks;
  log: LogWriter;
  reporter: Reporter;
}

interface ExecutionRow {
  namespace: string;
  flow_id: string;
  revision: number;
  connection_id: string | null;
  is_killed: boolean;
}

/** Reads what the attempt is about. @throws TaskFailure when its flow cannot be read */
export async function loadDrive(
  attempt: ClaimedAttempt,
  held: HeldLease,
  { tools, over }: { tools: DriveTools; over: AbortSignal },
): Promise<Drive> {
  return persist(held.signal, async () => {
    const { rows } = await pool().query<ExecutionRow>(
      `SELECT namespace, flow_id, revision, connection_id,
         kill_requested_at IS NOT NULL AS is_killed FROM executions WHERE id = $1`,
      [attempt.lease.executionId],
    );
    const [row] = rows;
    if (!row) throw new LeaseLostError(attempt.lease);
    if (row.is_killed) held.kill();
    const key = { namespace: row.namespace, flowId: row.flow_id, revision: row.revision };
    const flow = await flowOfRevision(pool(), key);
    if (!isFlow(flow)) throw new TaskFailure(flow);
    const task = flow.tasks[attempt.position];
    if (!task) throw new TaskFailure(noTask(attempt.position));
    const masks = new Masks();
    const scope = patient(await scopeFor(attempt, { flow, task, masks }), held.signal);
    const progress = progressFrom(attempt.progress);
    const { lease } = attempt;
    const { signal } = held;
    return {
      ...tools,
      attempt,
      held,
      over,
      gone: AbortSignal.any([held.signal, over]),
      flow,
      revision: row.revision,
      task,
      scope,
      pickedConnectionId: row.connection_id,
      masks,
      progress,
      marks: new Marks(attempt.marks),
      log: new LogWriter({ lease, signal, masks, minLevel: task.logLevel, progress }),
      reporter: new Reporter({
        lease,
        signal,
        masks,
        waiting: attempt.waiting,
        onError: () => held.letGo("the attempt can no longer be written"),
      }),
    };
  });
}

function scopeFor(
  attempt: ClaimedAttempt,
  { flow, task, masks }: { flow: Flow; task: Task; masks: Masks },
): Promise<Scope> {
  return loadScope(pool(), {
    executionId: attempt.lease.executionId,
    flow,
    text: JSON.stringify(task),
    task,
    taskRun: { id: attempt.taskRunId, startedAt: attempt.startedAt, number: attempt.number },
    // The same for whoever adopts the attempt, so that what is rendered again is the same.
    now: () => attempt.startedAt,
    onSecret: (secret) => masks.add(secret),
  });
}

/** Expressions that read files wait while the database is away, too. */
function patient(scope: Scope, signal: AbortSignal): Scope {
  const { host } = scope;
  if (!host) return scope;
  return {
    ...scope,
    host: {
      ...host,
      read: (uri) => persist(signal, () => host.read(uri)),
      fileSize: (uri) => persist(signal, () => host.fileSize(uri)),
    },
  };
}

function noTask(position: number): Failure {
  return {
    kind: "flow",
    message: `The flow has no task number ${position + 1}.`,
    remedy: "Open the flow, correct it, and execute it again.",
    evidence: "",
    fault: "user",
    exitCode: null,
    line: null,
  };
}
