"use client";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { fetchLog } from "#lib/query/execution-log.ts";
import type { LineFeed } from "#lib/query/live-execution.ts";
import { type LogFilter, matchesFilter } from "./log-filter.ts";
import { createLogStore, type LogSnapshot, type LogStore } from "./log-store.ts";
import { PAGE_LINES } from "./log-window.ts";

/** The lines of an execution's log that match a filter, as they are and as they come. */
export function useLog(
  executionId: string,
  filter: LogFilter,
  feed: LineFeed,
): LogSnapshot & { store: LogStore } {
  const { taskRunId, attempt, minLevel } = filter;
  const store = useMemo(() => {
    const query = { taskRunId, attempt, minLevel };
    return createLogStore({
      matches: (line) => matchesFilter(query, line),
      readPage: (page, signal) =>
        fetchLog(executionId, { ...query, offset: page * PAGE_LINES, limit: PAGE_LINES }, signal),
    });
  }, [executionId, taskRunId, attempt, minLevel]);

  useEffect(() => {
    // Listening begins before reading: what arrives in between is placed when the page is here.
    const unsubscribe = feed.subscribe(store.receive);
    const stop = store.start();
    return () => {
      unsubscribe();
      stop();
    };
  }, [store, feed]);

  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
  return { ...snapshot, store };
}
