import { readFlowEnvs, readSecret } from "#lib/config/flow-environment.ts";
import type { Scope } from "#lib/expression/scope.ts";
import type { Flow, Task } from "#lib/flow/flow.ts";
import { expressionFiles } from "./expression-files.ts";
import { unsealSecretInputs } from "./secret-inputs.ts";
import type { Queryable } from "./queryable.ts";

export interface ScopeRequest {
  executionId: string;
  flow: Flow;
  /** What will be rendered, as JSON or text: only the outputs that it names are read. */
  text: string;
  task: Task | null;
  taskRun: { id: string; startedAt: Date; number: number } | null;
  /** More roots, e.g. `workingDir`. */
  extra?: Record<string, unknown>;
  now: () => Date;
  /** Told of every secret that is read, so that it can be masked. */
  onSecret?: (value: string) => void;
}

interface ExecutionRow {
  id: string;
  revision: number;
  state: string;
  labels: Record<string, string>;
  inputs: Record<string, unknown>;
  original_id: string | null;
  created_at: Date;
  started_at: Date | null;
}

/** What expressions of an execution see (LANGUAGE.md 3.9). */
export async function loadScope(db: Queryable, request: ScopeRequest): Promise<Scope> {
  const { flow, task, taskRun } = request;
  const { rows } = await db.query<ExecutionRow>(
    `SELECT id, revision, state, labels, inputs, original_id, created_at, started_at
     FROM executions WHERE id = $1`,
    [request.executionId],
  );
  const [execution] = rows;
  if (!execution) throw new Error(`The execution ${request.executionId} is gone.`);
  const { values, secrets } = await unsealSecretInputs(execution.inputs, flow.inputs, execution.id);
  for (const secret of secrets) request.onSecret?.(secret);
  const text = request.text + JSON.stringify(flow.variables);
  const earlier = await loadEarlier(db, request.executionId, namedTasks(flow, text));
  return {
    variables: {
      inputs: values,
      outputs: Object.fromEntries(earlier.map((run) => [run.task_id, run.outputs])),
      tasks: Object.fromEntries(earlier.map((run) => [run.task_id, { state: run.state }])),
      vars: flow.variables,
      labels: execution.labels,
      envs: readFlowEnvs(),
      flow: {
        id: flow.id,
        namespace: flow.namespace,
        revision: execution.revision,
        tenantId: null,
      },
      execution: {
        id: execution.id,
        state: execution.state,
        originalId: execution.original_id ?? execution.id,
        startDate: (execution.started_at ?? execution.created_at).toISOString(),
      },
      ...(task ? { task: { id: task.id, type: task.type } } : {}),
      ...(taskRun
        ? {
            taskrun: {
              id: taskRun.id,
              startDate: taskRun.startedAt.toISOString(),
              attemptsCount: taskRun.number,
              value: null,
              parentId: null,
            },
          }
        : {}),
      ...request.extra,
    },
    host: {
      ...expressionFiles(db, request.executionId),
      secret: async (key) => {
        const value = readSecret(key);
        if (value !== null) request.onSecret?.(value);
        return value;
      },
    },
    now: request.now,
  };
}

interface EarlierRun {
  task_id: string;
  state: string;
  outputs: Record<string, unknown>;
}

async function loadEarlier(
  db: Queryable,
  executionId: string,
  taskIds: string[],
): Promise<EarlierRun[]> {
  if (taskIds.length === 0) return [];
  const { rows } = await db.query<EarlierRun>(
    "SELECT task_id, state, outputs FROM task_runs WHERE execution_id = $1 AND task_id = ANY ($2)",
    [executionId, taskIds],
  );
  return rows;
}

/** The tasks whose ids the text has; all of them when it takes `outputs` or `tasks` as a whole. */
function namedTasks(flow: Flow, text: string): string[] {
  const ids = flow.tasks.map((task) => task.id);
  if (!/\b(outputs|tasks)\b/.test(text)) return [];
  const takesWhole = /\b(outputs|tasks)\b(?!\s*\.\s*\w)(?!\s*\[\s*\\?["'])/.test(text);
  return takesWhole ? ids : ids.filter((id) => text.includes(id));
}
