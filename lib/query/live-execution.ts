"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { cursorText, type LiveEvent } from "#lib/core/live-event.ts";
import type { LogLine } from "#lib/core/log-line.ts";
import { paths } from "#lib/core/paths.ts";
import { applyLiveEvent, liveExecutionFrom, type LiveExecution } from "./apply-live-event.ts";
import { followEventStream, type StreamStatus } from "./event-stream.ts";
import { runningQuery } from "./flows.ts";

type LineListener = (lines: LogLine[]) => void;

/** Where the lines that arrive can be listened to; a listener may hear a line twice. */
export interface LineFeed {
  subscribe: (listener: LineListener) => () => void;
  /** Lines of the execution so far, of all its tasks. */
  lineCount: () => number;
}

/** Events that arrive together are shown together: a log of thousands of lines a second stays smooth. */
const TOGETHER_MS = 50;
/** A page that was out of sight for this long opens its stream anew: the machine may have slept. */
const AWAY_MS = 30_000;

/** Without the cursor: lines that arrive change nothing else, and are told by the feed. */
const shown = ({ execution, isEnded }: LiveExecution) => ({ execution, isEnded });

const liveKey = (id: string): [string, string, string] => ["executions", "live", id];

/**
 * An execution that keeps itself up to date until it has ended, beginning with what the page was
 * loaded with. Nothing is lost or repeated when the connection drops or the server restarts.
 */
export function useLiveExecution(initial: ExecutionView): {
  execution: ExecutionView;
  status: StreamStatus;
  feed: LineFeed;
} {
  const client = useQueryClient();
  const [connection, setConnection] = useState<StreamStatus>("live");
  const [feed] = useState(() => createFeed(initial.logLines));
  const id = initial.id;
  const { data } = useQuery({
    queryKey: liveKey(id),
    queryFn: () => liveExecutionFrom(initial),
    initialData: () => liveExecutionFrom(initial),
    staleTime: Number.POSITIVE_INFINITY,
    select: shown,
  });
  /** What the cache knows from an earlier visit, unless the page was loaded with something newer. */
  const takeUp = useEffectEvent((): LiveExecution => {
    const known = client.getQueryData<LiveExecution>(liveKey(id));
    if (known !== undefined && known.execution.version >= initial.version) return known;
    const begin = liveExecutionFrom(initial);
    client.setQueryData(liveKey(id), begin);
    return begin;
  });

  useEffect(() => {
    const begin = takeUp();
    feed.startAt(Math.max(begin.cursor.line, begin.execution.logLines));
    if (begin.isEnded) return undefined;
    return followExecution({
      begin,
      onStatus: setConnection,
      onEvents: (events) => {
        client.setQueryData<LiveExecution>(liveKey(id), (state) =>
          events.reduce(applyLiveEvent, state ?? begin),
        );
        for (const event of events) {
          if (event.type === "log") feed.publish(event.lines);
          // Else the navigation would count it as running for some seconds more.
          if (event.type === "end") void client.invalidateQueries(runningQuery());
        }
      },
    });
  }, [client, feed, id]);

  return { execution: data.execution, status: data.isEnded ? "ended" : connection, feed };
}

function followExecution(options: {
  begin: LiveExecution;
  onEvents: (events: LiveEvent[]) => void;
  onStatus: (status: StreamStatus) => void;
}): () => void {
  let waiting: LiveEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = (): void => {
    timer = null;
    const events = waiting;
    waiting = [];
    options.onEvents(events);
  };
  const stream = followEventStream({
    after: cursorText(options.begin.cursor),
    open: (after) => new EventSource(paths.executionEvents(options.begin.execution.id, after)),
    onStatus: options.onStatus,
    onEvent: (event) => {
      waiting.push(event);
      timer ??= setTimeout(flush, TOGETHER_MS);
      if (event.type === "end") stopListening();
    },
  });
  const stopListening = onReturn(stream.retryNow);
  return () => {
    stopListening();
    stream.stop();
    if (timer !== null) clearTimeout(timer);
  };
}

/** Calls back when the network is there again, and when the page is looked at after a longer time. */
function onReturn(callback: () => void): () => void {
  let hiddenAt: number | null = null;
  const onVisibility = (): void => {
    if (document.hidden) {
      hiddenAt = Date.now();
      return;
    }
    if (hiddenAt !== null && Date.now() - hiddenAt > AWAY_MS) callback();
    hiddenAt = null;
  };
  document.addEventListener("visibilitychange", onVisibility);
  globalThis.addEventListener("online", callback);
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    globalThis.removeEventListener("online", callback);
  };
}

function createFeed(
  known: number,
): LineFeed & { publish: LineListener; startAt: (lines: number) => void } {
  const listeners = new Set<LineListener>();
  let count = known;
  return {
    lineCount: () => count,
    startAt: (lines) => {
      count = lines;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    publish: (lines) => {
      count = Math.max(count, (lines.at(-1)?.index ?? -1) + 1);
      for (const listener of listeners) listener(lines);
    },
  };
}
