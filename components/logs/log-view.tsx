"use client";
import {
  type ClipboardEvent,
  type ReactElement,
  type Ref,
  useCallback,
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useMemo,
  useReducer,
  useRef,
  useSyncExternalStore,
} from "react";
import { toast } from "sonner";
import type { LogSeal } from "#lib/core/log-line.ts";
import type { LineFeed } from "#lib/query/live-execution.ts";
import { failureText } from "#lib/query/query-client.ts";
import type { LogPoint } from "./copied-text.ts";
import { copyRange, copySelection } from "./copy-lines.ts";
import { followAfter, FOLLOWING, newLines } from "./follow.ts";
import type { SearchTerm } from "./hit-ranges.ts";
import { LogEmpty } from "./log-empty.tsx";
import type { LogFilter } from "./log-filter.ts";
import { LogFoot } from "./log-foot.tsx";
import { positionOf } from "./log-reader.ts";
import { LogRows, type LogRowsHandle } from "./log-rows.tsx";
import { LogSearch } from "./log-search.tsx";
import { logStanding } from "./log-standing.ts";
import { lineAt } from "./log-window.ts";
import { NewLines } from "./new-lines.tsx";
import { useLog } from "./use-log.ts";
import { useLogRange } from "./use-log-range.ts";
import { useLogSearch } from "./use-log-search.ts";

/** Where a log opens: at an end, or with this line (its index) at the top. */
export type OpenAt = { kind: "end" } | { kind: "top" } | { kind: "line"; index: number };

export interface LogViewHandle {
  /** Where the person is now: another filter opens there. */
  place: () => OpenAt;
}

/** The lines that match one filter, with everything that can be done with them. */
export function LogView({
  ref,
  executionId,
  feed,
  filter,
  isLive,
  isConnected,
  openAt,
  term,
  onTerm,
  toolbar,
  isWrapped,
  hasTimes,
  taskWidth,
  seals,
  empty,
  onAllLevels,
}: {
  ref: Ref<LogViewHandle>;
  executionId: string;
  feed: LineFeed;
  filter: LogFilter;
  isLive: boolean;
  isConnected: boolean;
  openAt: OpenAt;
  term: SearchTerm;
  onTerm: (change: Partial<SearchTerm>) => void;
  toolbar: (search: ReactElement) => ReactElement;
  isWrapped: boolean;
  hasTimes: boolean;
  taskWidth: number;
  seals: readonly LogSeal[];
  empty: { emptyTitle: string; emptyDetail: string };
  onAllLevels: () => void;
}): ReactElement {
  const rows = useRef<LogRowsHandle>(null);
  const { window, error, store } = useLog(executionId, filter, feed);
  const lineCount = useSyncExternalStore(feed.subscribe, feed.lineCount, feed.lineCount);
  const total = window.total ?? 0;
  const search = useLogSearch({ executionId, filter, term, isLive });
  const { range, linked, choose, set: setRange } = useLogRange();
  const opensElsewhere = linked !== null || openAt.kind !== "end";
  const [follow, dispatch] = useReducer(
    followAfter,
    opensElsewhere ? { kind: "stopped", seenTotal: lineCount } : FOLLOWING,
  );
  const isFollowing = follow.kind === "following";
  const reader = { executionId, filter, window };

  const { pattern } = search;
  const digits = String(lineCount).length;
  const look = useMemo(
    () => ({ isWrapped, hasTimes, taskWidth, digits, pattern }),
    [isWrapped, hasTimes, taskWidth, digits, pattern],
  );

  const goTo = (position: number, place: "middle" | "top"): void => {
    dispatch({ type: "went-to-line", total });
    rows.current?.goTo(position, place);
  };
  const goToIndex = useEffectEvent((index: number, place: "middle" | "top"): void => {
    positionOf(reader, index).then(
      (position) => goTo(Math.min(position, total - 1), place),
      (failure: unknown) => toast.error(failureText(failure)),
    );
  });
  const isReady = total > 0;
  const linkedIndex = linked === null ? null : linked.first - 1;
  const openIndex = linkedIndex === null && openAt.kind === "line" ? openAt.index : null;
  const opened = useRef(false);
  useEffect(() => {
    if (isReady && linkedIndex !== null) goToIndex(linkedIndex, "middle");
  }, [isReady, linkedIndex]);
  useEffect(() => {
    if (!isReady || opened.current) return;
    opened.current = true;
    if (openIndex !== null) goToIndex(openIndex, "top");
  }, [isReady, openIndex]);

  useImperativeHandle(ref, () => ({
    place: () => {
      const line = lineAt(window, rows.current?.firstVisible() ?? 0);
      if (isFollowing || line === undefined) return { kind: "end" };
      return { kind: "line", index: line.index };
    },
  }));
  const onLook = useCallback(
    (first: number, last: number): void => store.look(first, last),
    [store],
  );

  const onCopy = (selection: [LogPoint, LogPoint] | null, event: ClipboardEvent): void => {
    if (selection !== null) copySelection(reader, selection, event);
    else if (range !== null) {
      event.preventDefault();
      copyRange(reader, range);
    }
  };
  const step = (direction: 1 | -1): void => {
    search.step(direction, rows.current?.firstVisible() ?? 0).then(
      (position) => {
        if (position !== null) goTo(position, "middle");
      },
      (failure: unknown) => toast.error(failureText(failure)),
    );
  };
  const isFiltered = filter.minLevel !== null;
  const standing = logStanding({
    seals,
    isLive,
    isConnected,
    isFollowing,
    shown: window.total,
    isFiltered,
  });
  return (
    <section aria-label="Log" className="flex min-h-0 min-w-0 grow flex-col">
      {toolbar(
        <LogSearch
          term={term}
          onChange={onTerm}
          text={search.text}
          hasHits={search.hasHits}
          onStep={step}
        />,
      )}
      <div className="relative flex min-h-0 grow flex-col">
        {isReady ? (
          <LogRows
            ref={rows}
            window={window}
            look={look}
            range={range}
            currentHit={search.current}
            isFollowing={isFollowing}
            onFollow={dispatch}
            onChoose={choose}
            onLook={onLook}
            onCopy={onCopy}
            onChooseAll={() => setRange({ first: 1, last: lineCount })}
          />
        ) : (
          <LogEmpty
            isKnown={window.total !== null}
            error={error}
            isFiltered={isFiltered || filter.attempt !== null}
            title={empty.emptyTitle}
            detail={empty.emptyDetail}
            onAllLevels={onAllLevels}
          />
        )}
        <NewLines
          count={isLive || newLines(follow, total) > 0 ? newLines(follow, total) : 0}
          onPress={() => dispatch({ type: "back-to-end" })}
        />
      </div>
      <LogFoot
        standing={standing}
        range={range}
        onCopyLines={() => range !== null && copyRange(reader, range)}
        onCopyLink={() => {
          navigator.clipboard.writeText(location.href).then(
            () => toast.success("Link copied"),
            () => toast.error("The browser did not allow it: copy the page's address instead."),
          );
        }}
        onClear={() => setRange(null)}
        onFollow={isLive && !isFollowing ? () => dispatch({ type: "back-to-end" }) : null}
        notice={
          error !== null && isReady ? (
            <output className="text-warning">{failureText(error)}</output>
          ) : null
        }
      />
    </section>
  );
}
