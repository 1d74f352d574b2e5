import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { ExecutionFilter, ExecutionSummary, Page } from "#lib/core/execution-view.ts";
import { paths } from "#lib/core/paths.ts";
import { isTerminal } from "#lib/core/state.ts";
import {
  deleteExecutionAction,
  killExecutionAction,
  listExecutionsAction,
} from "#lib/web/actions/executions.ts";
import { fetchJson } from "./fetch-json.ts";
import { actionData } from "./query-client.ts";

const LIVE_MS = 2_000;
/** Executions that are made elsewhere are seen as soon as this. */
const STILL_MS = 10_000;

/**
 * Every page of the executions that match, read so far; asked for again often while one is live.
 * `filterAt` is asked at every request: a filter may reach back from the moment of asking.
 */
export const executionsQuery = (key: unknown, filterAt: (nowMs: number) => ExecutionFilter) =>
  infiniteQueryOptions({
    queryKey: ["executions", "list", key],
    queryFn: ({ pageParam }): Promise<Page<ExecutionSummary>> =>
      actionData(listExecutionsAction({ filter: filterAt(Date.now()), cursor: pageParam })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some((row) => !isTerminal(row.state)))
        ? LIVE_MS
        : STILL_MS,
    placeholderData: keepPreviousData,
  });

export function killExecution(id: string): Promise<unknown> {
  return actionData(killExecutionAction({ id }));
}

export function deleteExecution(id: string): Promise<unknown> {
  return actionData(deleteExecutionAction({ id }));
}

/** The beginning of a stored file, as far as a browser can show it. */
export interface FilePreview {
  kind: "text" | "json" | "csv" | "image" | "binary";
  text?: string;
  rows?: string[][];
  dataUrl?: string;
  size: number;
  /** The file goes on. */
  isTruncated: boolean;
}

/** A stored file never changes: its preview is read once. */
export const filePreviewQuery = (id: string, uri: string) =>
  queryOptions({
    queryKey: ["executions", "preview", id, uri],
    queryFn: ({ signal }) => fetchJson<FilePreview>(paths.executionFilePreview(id, uri), signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
