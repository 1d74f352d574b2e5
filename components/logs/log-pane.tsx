"use client";
import { type ReactElement, useRef, useState } from "react";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { paths } from "#lib/core/paths.ts";
import type { LineFeed } from "#lib/query/live-execution.ts";
import type { LogFilter } from "./log-filter.ts";
import { LogFoot } from "./log-foot.tsx";
import { logStanding } from "./log-standing.ts";
import type { LogSubject } from "./log-subject.ts";
import { LogToolbar } from "./log-toolbar.tsx";
import { LogView, type LogViewHandle, type OpenAt } from "./log-view.tsx";
import { type LogQueryState, useLogQuery } from "./use-log-query.ts";
import { usePreference } from "./use-preference.ts";

const nothing = () => undefined;
const never = () => false;
const hasRoomForTimes = () => globalThis.matchMedia("(min-width: 640px)").matches;

/** The log of an execution: of one task or of all together, from a level on. */
export function LogPane({
  executionId,
  feed,
  isLive,
  isConnected,
  opensAtEnd,
  subjects,
  chosenKey,
  onSubject,
  emptyTitle,
  emptyDetail,
}: {
  executionId: string;
  feed: LineFeed;
  isLive: boolean;
  /** Whether what is printed now arrives here. */
  isConnected: boolean;
  /** Whether the end is what matters: the execution runs, or it failed. */
  opensAtEnd: boolean;
  subjects: readonly LogSubject[];
  /** The chosen task's key; null for all together. */
  chosenKey: string | null;
  onSubject: (key: string | null) => void;
  /** What an empty log of all tasks says. */
  emptyTitle: string;
  emptyDetail: string;
}): ReactElement {
  const [query, setQuery] = useLogQuery();
  const [isWrapped, setWrapped] = usePreference("log-wrap", never);
  const [hasTimes, setTimes] = usePreference("log-times", hasRoomForTimes);
  const view = useRef<LogViewHandle>(null);
  const [kept, setKept] = useState<{ key: string | null; place: OpenAt } | null>(null);
  const usual: OpenAt = { kind: opensAtEnd ? "end" : "top" };
  const openAt = kept !== null && kept.key === chosenKey ? kept.place : usual;
  /** Another filter of the same log opens where the person is. */
  const refine = (change: Partial<LogQueryState>): void => {
    const place = view.current?.place();
    setKept(place === undefined ? null : { key: chosenKey, place });
    setQuery(change);
  };

  const subject = subjects.find((each) => each.key === chosenKey) ?? null;
  const hasRun = subject === null || subject.taskRunId !== null;
  const filter: LogFilter = {
    taskRunId: subject?.taskRunId ?? null,
    attempt: subject === null ? null : query.attempt,
    minLevel: query.level,
  };
  const seals = (subject === null ? subjects : [subject]).flatMap((each) =>
    filter.attempt === null ? each.seals : each.seals.slice(filter.attempt, filter.attempt + 1),
  );
  const empty = subject ?? { emptyTitle, emptyDetail };
  const toolbar = (search: ReactElement | null): ReactElement => (
    <LogToolbar
      subjects={subjects}
      subject={subject}
      onSubject={(key) => {
        setQuery({ attempt: null });
        onSubject(key);
      }}
      attempt={filter.attempt}
      onAttempt={(attempt) => refine({ attempt })}
      level={query.level}
      onLevel={(level) => refine({ level })}
      isWrapped={isWrapped}
      onWrap={setWrapped}
      hasTimes={hasTimes}
      onTimes={setTimes}
      downloadHref={paths.executionLogDownload(executionId, { ...filter })}
      search={search}
    />
  );

  if (!hasRun) {
    const standing = logStanding({
      seals: [],
      isLive,
      isConnected,
      isFollowing: true,
      shown: null,
      isFiltered: false,
    });
    return (
      <section aria-label="Log" className="flex min-h-0 min-w-0 grow flex-col">
        {toolbar(null)}
        <EmptyState title={empty.emptyTitle}>{empty.emptyDetail}</EmptyState>
        <LogFoot
          standing={standing}
          range={null}
          onCopyLines={nothing}
          onCopyLink={nothing}
          onClear={nothing}
          onFollow={null}
          notice={null}
        />
      </section>
    );
  }
  return (
    <LogView
      key={JSON.stringify([executionId, filter])}
      ref={view}
      executionId={executionId}
      feed={feed}
      filter={filter}
      isLive={isLive}
      isConnected={isConnected}
      openAt={openAt}
      term={{ text: query.q, isRegex: query.regex, isCaseSensitive: query.case }}
      onTerm={(change) =>
        setQuery({
          ...(change.text === undefined ? {} : { q: change.text }),
          ...(change.isRegex === undefined ? {} : { regex: change.isRegex }),
          ...(change.isCaseSensitive === undefined ? {} : { case: change.isCaseSensitive }),
        })
      }
      toolbar={toolbar}
      isWrapped={isWrapped}
      hasTimes={hasTimes}
      taskWidth={subject === null && subjects.length > 1 ? widestKey(subjects) : 0}
      seals={seals}
      empty={empty}
      onAllLevels={() => setQuery({ level: null, attempt: null })}
    />
  );
}

function widestKey(subjects: readonly LogSubject[]): number {
  return Math.min(20, Math.max(...subjects.map((subject) => subject.key.length)));
}
