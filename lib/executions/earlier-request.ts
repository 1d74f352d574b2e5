import { AppError } from "#lib/core/app-error.ts";
import type { EarlierRequest } from "#lib/core/execution-view.ts";
import { pool } from "#lib/store/database.ts";
import { flowOfRevision, isFlow } from "./flow-revision.ts";
import { shownInputs } from "./last-inputs.ts";

interface Row {
  namespace: string;
  flow_id: string;
  revision: number;
  inputs: Record<string, unknown>;
  labels: Record<string, string>;
  connection_id: string | null;
}

/**
 * What an execution was asked for, so that it can be asked for again: without secrets, and without
 * the labels that its flow gives to every execution.
 * @throws AppError `not-found`
 */
export async function earlierRequest(id: string): Promise<EarlierRequest> {
  const { rows } = await pool().query<Row>(
    `SELECT namespace, flow_id, revision, inputs, labels, connection_id FROM executions
     WHERE id = $1`,
    [id],
  );
  const [row] = rows;
  if (!row) throw new AppError("not-found", `There is no execution ${id}.`);
  const { namespace, flow_id: flowId, revision } = row;
  const flow = await flowOfRevision(pool(), { namespace, flowId, revision });
  const ofFlow = isFlow(flow) ? flow.labels : {};
  const labels = Object.entries(row.labels).filter(([name, value]) => ofFlow[name] !== value);
  return {
    inputs: isFlow(flow) ? shownInputs(flow, row.inputs) : {},
    labels: Object.fromEntries(labels),
    connectionId: row.connection_id,
  };
}
