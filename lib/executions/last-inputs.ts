import type { Flow } from "#lib/flow/flow.ts";
import { pool } from "#lib/store/database.ts";
import { flowOfRevision, isFlow } from "./flow-revision.ts";
import { inputValue } from "./input-place.ts";

interface Row {
  revision: number;
  inputs: Record<string, unknown>;
}

/** The inputs of the flow's last execution by input id, secrets left out; null when it has none. */
export async function lastInputs(flow: {
  namespace: string;
  flowId: string;
}): Promise<Record<string, unknown> | null> {
  const { rows } = await pool().query<Row>(
    `SELECT revision, inputs FROM executions WHERE namespace = $1 AND flow_id = $2
     ORDER BY created_at DESC, id DESC LIMIT 1`,
    [flow.namespace, flow.flowId],
  );
  const [last] = rows;
  if (!last) return null;
  const read = await flowOfRevision(pool(), { ...flow, revision: last.revision });
  return isFlow(read) ? shownInputs(read, last.inputs) : null;
}

/** The values by input id, secrets left out; null where there is none. */
export function shownInputs(flow: Flow, values: Record<string, unknown>): Record<string, unknown> {
  const shown = flow.inputs.filter((input) => input.type !== "SECRET");
  return Object.fromEntries(shown.map(({ id }) => [id, inputValue(values, id) ?? null]));
}
