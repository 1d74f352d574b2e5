import { AppError } from "#lib/core/app-error.ts";
import { newId } from "#lib/core/id.ts";
import { getConnection } from "#lib/connections/read.ts";
import { readSource } from "#lib/flows/read-source.ts";
import type { Flow } from "#lib/flow/flow.ts";
import { readInputs } from "#lib/flow/input-values.ts";
import { CHANGED_CHANNEL, WORK_CHANNEL } from "#lib/store/channels.ts";
import { pool } from "#lib/store/database.ts";
import { jsonb } from "#lib/store/jsonb.ts";
import { transaction } from "#lib/store/transaction.ts";
import { flowOfRevision, isFlow, type FlowKey } from "./flow-revision.ts";
import { takeInputFiles } from "./input-files.ts";
import { sealSecretInputs } from "./secret-inputs.ts";

/** What a person or a client asks for. */
export interface ExecutionRequest {
  namespace: string;
  flowId: string;
  /** The current revision when absent. */
  revision?: number;
  /** By the input's id (dots as written). A FILE's value is the URI of an upload, or of an input file of an earlier execution of the flow. */
  inputs: Record<string, unknown>;
  /** On top of the flow's own. */
  labels: Record<string, string>;
  /** The connection picked for it; null: what the flow says. */
  connectionId: string | null;
  parentId?: string | null;
  originalId?: string | null;
  /** What becomes of values for inputs that the flow does not have; they are refused when absent. */
  unknownInputs?: "refuse" | "leave-out";
}

/**
 * Accepts an execution: from its return on, it ends in a true state whatever dies.
 * @returns its id, and the names of inputs that it leaves out
 * @throws AppError `not-found` (flow, revision), `conflict` (disabled), `invalid` with `fields` by
 *   input id (no execution is made), `invalid` (the flow cannot run)
 */
export async function createExecution(
  request: ExecutionRequest,
): Promise<{ id: string; leftOut: string[] }> {
  const key = await wantedRevision(request);
  const flow = await runnableFlow(key);
  checkLabels(request.labels);
  if (request.connectionId !== null) await checkConnection(request.connectionId);
  const { values, errors, leftOut } = await readInputs(flow, request.inputs, {
    now: () => new Date(),
    unknown: request.unknownInputs ?? "refuse",
  });
  if (Object.keys(errors).length > 0) throw wrongInputs(errors);
  const id = newId();
  await sealSecretInputs(values, flow.inputs, id);
  await transaction(async (db) => {
    const now = new Date();
    await db.query(INSERT, [
      id,
      key.namespace,
      key.flowId,
      key.revision,
      jsonb([{ state: "CREATED", date: now.toISOString() }]),
      jsonb({ ...flow.labels, ...request.labels }),
      jsonb(values),
      request.connectionId,
      request.parentId ?? null,
      request.originalId ?? null,
      now,
    ]);
    if (await takeInputFiles(db, { flow, executionId: id, values })) {
      await db.query("UPDATE executions SET inputs = $2 WHERE id = $1", [id, jsonb(values)]);
    }
  });
  return { id, leftOut };
}

const INSERT = `
WITH made AS (
  INSERT INTO executions (id, namespace, flow_id, revision, state_history, labels, inputs,
    connection_id, parent_id, original_id, created_at, wake_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now())
)
SELECT pg_notify('${WORK_CHANNEL}', 'advance'), pg_notify('${CHANGED_CHANNEL}', $1)`;

async function wantedRevision(request: ExecutionRequest): Promise<FlowKey> {
  const { namespace, flowId } = request;
  const { rows } = await pool().query<{ revision: number; exists: boolean }>(
    `SELECT coalesce($3::int, f.revision) AS revision, r.revision IS NOT NULL AS exists
     FROM flows f LEFT JOIN flow_revisions r ON r.namespace = f.namespace AND r.flow_id = f.id
       AND r.revision = coalesce($3::int, f.revision)
     WHERE f.namespace = $1 AND f.id = $2 AND f.deleted_at IS NULL`,
    [namespace, flowId, request.revision ?? null],
  );
  const [found] = rows;
  if (!found) throw new AppError("not-found", `There is no flow ${namespace}.${flowId}.`);
  if (!found.exists) {
    const what = `The flow ${namespace}.${flowId} has no revision ${found.revision}.`;
    throw new AppError("not-found", `${what} Choose one of its list of revisions.`);
  }
  return { namespace, flowId, revision: found.revision };
}

async function runnableFlow(key: FlowKey): Promise<Flow> {
  const flow = await flowOfRevision(pool(), key);
  if (!isFlow(flow)) {
    throw new AppError("invalid", `${flow.message} ${flow.evidence} ${flow.remedy}`);
  }
  if (flow.disabled) {
    const what = `The flow ${key.namespace}.${key.flowId} is disabled.`;
    throw new AppError("conflict", `${what} Take \`disabled: true\` out of it to execute it.`);
  }
  if (!flow.canRun) throw await notYetSupported(key);
  return flow;
}

async function notYetSupported(key: FlowKey): Promise<AppError> {
  const { rows } = await pool().query<{ source: string }>(
    "SELECT source FROM flow_revisions WHERE namespace = $1 AND flow_id = $2 AND revision = $3",
    [key.namespace, key.flowId, key.revision],
  );
  const { problems } = readSource(rows[0]?.source ?? "");
  const found = problems.find((problem) => problem.code === "unsupported");
  const where = found ? ` Line ${found.range.startLine}: ${found.message}` : "";
  return new AppError("invalid", `This flow cannot run yet.${where}`);
}

async function checkConnection(id: string): Promise<void> {
  try {
    await getConnection(id);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const fields = { connectionId: error.message };
    throw new AppError("invalid", error.message, { fields, cause: error });
  }
}

function checkLabels(labels: Record<string, string>): void {
  for (const key of Object.keys(labels)) {
    if (key.trim() === "") throw new AppError("invalid", "A label has no name. Give it one.");
    if (key.startsWith("system.")) {
      const what = "System labels can only be set by Podflow itself";
      throw new AppError("invalid", `${what}, offending label: ${key}=${labels[key]}`);
    }
  }
}

export function wrongInputs(fields: Record<string, string>): AppError {
  const [first = ""] = Object.values(fields);
  return new AppError("invalid", first, { fields });
}
