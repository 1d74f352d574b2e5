import "server-only";
import { connection } from "next/server";
import { cache } from "react";
import type {
  ExecutionFilter,
  ExecutionSummary,
  ExecutionView,
  Page,
} from "#lib/core/execution-view.ts";
import { getExecution, listExecutions } from "#lib/executions/read.ts";
import { orNotFound } from "./or-not-found.ts";

/** One execution, whole, read once for a page; Next's not-found page when there is none. */
export const loadExecution = cache(async (id: string): Promise<ExecutionView> => {
  await connection();
  return orNotFound(getExecution(id));
});

/** One page of the executions that match, the newest first. */
export async function loadExecutions(
  filter: ExecutionFilter,
  cursor: string | null,
): Promise<Page<ExecutionSummary>> {
  await connection();
  return listExecutions(filter, cursor);
}
