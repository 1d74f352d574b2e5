import { AppError } from "#lib/core/app-error.ts";
import type { ExecutionFilter } from "#lib/core/execution-view.ts";
import type { State } from "#lib/core/state.ts";
import { getExecution, listExecutions } from "#lib/executions/read.ts";
import { type ExecutionJson, executionJson } from "./execution-json.ts";

export interface ExecutionSearch {
  page: number;
  size: number;
  q?: string;
  namespace?: string;
  flowId?: string;
  startDate?: string;
  endDate?: string;
  state?: State[];
  /** `key:value` each. */
  labels: string[];
}

/** How deep pages by number reach: each is found by reading those before it. */
const DEEPEST = 10_000;

/** One page of the executions that match, the newest first, and how many there are (counted to 10,000). */
export async function searchExecutions(
  search: ExecutionSearch,
): Promise<{ results: ExecutionJson[]; total: number }> {
  const { page, size } = search;
  if (page * size > DEEPEST) {
    throw new AppError(
      "invalid",
      `Only the newest ${DEEPEST} executions can be paged through. Narrow the search by startDate and endDate.`,
    );
  }
  const all = await listExecutions(filterOf(search), null, DEEPEST);
  const labels = search.labels.map((label) => label.split(/:(.*)/s, 2));
  const matching = all.items.filter((item) =>
    labels.every(([key = "", value]) => item.labels[key] === value),
  );
  const shown = matching.slice((page - 1) * size, page * size);
  const executions = await Promise.all(shown.map(({ id }) => getExecution(id)));
  return { results: executions.map(executionJson), total: matching.length };
}

function filterOf(search: ExecutionSearch): ExecutionFilter {
  return {
    ...(search.namespace && { namespace: search.namespace }),
    ...(search.flowId && { flowId: search.flowId }),
    ...(search.state && { states: search.state }),
    ...(search.startDate && { from: new Date(search.startDate).toISOString() }),
    ...(search.endDate && { to: new Date(search.endDate).toISOString() }),
    ...(search.q && { text: search.q }),
  };
}
