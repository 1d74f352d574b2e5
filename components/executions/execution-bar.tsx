"use client";
import Link from "next/link";
import type { ReactElement } from "react";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { PageBar } from "#components/ui/page-bar.tsx";
import { Duration } from "#components/ui/relative-time.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { paths } from "#lib/core/paths.ts";
import type { StreamStatus } from "#lib/query/event-stream.ts";
import { connectionName } from "./connection-name.ts";
import { ExecutionActions } from "./execution-actions.tsx";
import { shortId } from "./short-id.ts";
import { TimeOfDay } from "./time-of-day.tsx";

const LINK = "hover:text-ink hover:underline hover:underline-offset-2";

/** Names the execution, says how it stands, and holds what can be done with it. */
export function ExecutionBar({
  execution,
  status,
  connectionNames,
}: {
  execution: ExecutionView;
  status: StreamStatus;
  connectionNames: Readonly<Record<string, string>>;
}): ReactElement {
  const { namespace, flowId, revision } = execution;
  const where = connectionsOf(execution).map((id) => connectionName(id, connectionNames));
  return (
    <PageBar
      state={<StateChip state={execution.state} />}
      crumb={
        <>
          <Link className={LINK} href={paths.executions({ namespace })}>
            {namespace}
          </Link>
          {" / "}
          <Link className={LINK} href={paths.flow({ namespace, id: flowId })}>
            {flowId}
          </Link>
        </>
      }
      title={<span title={execution.id}>{shortId(execution.id)}</span>}
      detail={
        <span className="flex min-w-0 flex-wrap items-center gap-x-1.5">
          <CopyButton text={execution.id} label="Copy the id" />
          <TimeOfDay date={execution.startedAt ?? execution.createdAt} />
          <span aria-hidden>·</span>
          <Duration from={execution.createdAt} to={execution.endedAt} />
          {where.length === 0 ? null : (
            <>
              <span aria-hidden>·</span>
              <span>{where.join(", ")}</span>
            </>
          )}
          <span aria-hidden>·</span>
          <Link
            className={LINK}
            href={paths.flow({ namespace, id: flowId, tab: "revisions", atRevision: revision })}
          >
            revision {revision}
          </Link>
          {status === "reconnecting" ? (
            <output className="text-ink-3">· reconnecting…</output>
          ) : null}
        </span>
      }
      actions={<ExecutionActions execution={execution} />}
    />
  );
}

/** Where it runs or ran; before anything does, where it was sent. */
function connectionsOf(execution: ExecutionView): string[] {
  const used = execution.taskRuns
    .flatMap((run) => run.attempts)
    .flatMap((attempt) => (attempt.connectionId === null ? [] : [attempt.connectionId]));
  if (used.length > 0) return [...new Set(used)];
  return execution.connectionId === null ? [] : [execution.connectionId];
}
