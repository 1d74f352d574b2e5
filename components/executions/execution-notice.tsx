"use client";
import Link from "next/link";
import type { ReactElement } from "react";
import { buttonClass } from "#components/ui/button.tsx";
import { CodeText } from "#components/ui/code-text.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { clockText } from "#components/ui/time-text.ts";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { paths } from "#lib/core/paths.ts";
import { noticeTitle } from "./notice-title.ts";
import { BlackBox } from "./black-box.tsx";
import { onTheWayText } from "./steps.ts";
import { latestAttempt, type TaskRow, wordOf } from "./task-rows.ts";
import { useNow } from "./use-now.ts";

/** The failure of the execution, or why it does not go on: what happened, what to do, what says so. */
export function ExecutionNotice({
  execution,
  rows,
}: {
  execution: ExecutionView;
  rows: readonly TaskRow[];
}): ReactElement | null {
  const nowMs = useNow(execution);
  const word = wordOf(execution, rows, nowMs);
  if (word === null) return null;
  const said = word.kind === "failure" ? word.failure : word.waiting;
  const line = (word.kind === "failure" ? word.failure.line : null) ?? word.row?.line ?? null;
  const onTheWay =
    word.kind === "waiting" ? onTheWayText(latestAttempt(word.row?.run ?? null)) : null;
  const evidence = said.evidence === "" ? onTheWay : said.evidence;
  return (
    <div className="max-h-[40vh] shrink-0 overflow-y-auto border-b border-line px-5 py-3.5 max-sm:px-4">
      <Notice
        tone={word.kind === "failure" && execution.state !== "WARNING" ? "failed" : "warning"}
        isAlert={word.kind === "waiting"}
        title={
          <>
            {noticeTitle(
              word.row?.key ?? null,
              word.kind === "failure" ? "failed" : "waits",
              said.message,
            )}
            {word.kind === "failure" ? null : <Since date={word.waiting.since} nowMs={nowMs} />}
          </>
        }
        actions={
          <>
            {word.kind === "failure" ? (
              <BlackBox executionId={execution.id} row={word.row} />
            ) : null}
            {line === null ? null : (
              <Link
                className={buttonClass()}
                href={paths.flow({ namespace: execution.namespace, id: execution.flowId, line })}
              >
                Edit line {line}
              </Link>
            )}
          </>
        }
      >
        <CodeText text={said.remedy} />
        {evidence === null ? null : (
          <>
            {said.remedy === "" ? null : " "}
            <code className="break-words text-ink-3">{evidence}</code>
          </>
        )}
      </Notice>
    </div>
  );
}

/** Not read out: it changes every second. */
function Since({ date, nowMs }: { date: string; nowMs: number }): ReactElement {
  return (
    <span aria-hidden className="font-normal text-ink-3 tabular-nums">
      {" "}
      {clockText(nowMs - Date.parse(date))}
    </span>
  );
}
