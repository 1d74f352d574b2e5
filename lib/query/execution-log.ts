import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { LogLine } from "#lib/core/log-line.ts";
import { type LogQuery, paths } from "#lib/core/paths.ts";
import { fetchJson } from "./fetch-json.ts";

export interface LogAnswer {
  lines: LogLine[];
  /** Lines that match the filter. */
  total: number;
}

/** A stretch of the lines that match; offset and limit count those. Fewer may come than there are. */
export function fetchLog(
  id: string,
  query: LogQuery & { offset: number; limit: number; isWhole?: boolean },
  signal?: AbortSignal,
): Promise<LogAnswer> {
  return fetchJson<LogAnswer>(paths.executionLog(id, query), signal);
}

export interface LogHits {
  /** Positions among the lines that match the filter, ascending. */
  positions: number[];
  /** There are more. */
  isTruncated: boolean;
}

const AGAIN_MS = 2_000;
/** A term that is still being written is not searched. */
const WRITING_MS = 150;

/** Every line with a hit, found by the server in its own copy; looked for again while the log grows. */
export const logHitsQuery = (
  id: string,
  search: LogQuery & { q: string; isRegex: boolean; isCaseSensitive: boolean; isLive: boolean },
) =>
  queryOptions({
    queryKey: ["executions", "log-hits", id, search],
    queryFn: async ({ signal }) => {
      const { isLive: _, ...query } = search;
      await new Promise((resolve) => setTimeout(resolve, WRITING_MS));
      signal.throwIfAborted();
      return fetchJson<LogHits>(paths.executionLogSearch(id, query), signal);
    },
    placeholderData: keepPreviousData,
    refetchInterval: search.isLive ? AGAIN_MS : false,
    refetchOnWindowFocus: false,
  });
