"use client";
import type { ReactElement } from "react";
import { clockText, durationText } from "#components/ui/time-text.ts";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { PaneSection } from "./pane-section.tsx";
import type { TaskRow } from "./task-rows.ts";
import { timeSpent } from "./time-spent.ts";
import { useNow } from "./use-now.ts";

/** Where the time went: of the chosen task, or of the whole execution. Adds up to the duration. */
export function TimeSpentSection({
  execution,
  chosen,
}: {
  execution: ExecutionView;
  chosen: TaskRow | null;
}): ReactElement | null {
  const nowMs = useNow(execution);
  const thing = chosen === null ? execution : chosen.run;
  if (thing === null) return null;
  const begin = chosen === null ? execution.createdAt : beginOf(chosen);
  if (begin === null) return null;
  const fromMs = Date.parse(begin);
  const toMs = thing.endedAt === null ? nowMs : Date.parse(thing.endedAt);
  const runs = chosen?.run == null ? execution.taskRuns : [chosen.run];
  const rows = timeSpent({ runs, fromMs, toMs, nowMs });
  return (
    <PaneSection
      title="Where the time went"
      actions={
        <span className="pr-1 text-xs text-ink-2 tabular-nums">
          {thing.endedAt === null ? clockText(toMs - fromMs) : durationText(toMs - fromMs)}
        </span>
      }
    >
      <dl className="py-1 tabular-nums">
        {rows.map((row) => (
          <div key={row.label} className="flex min-h-7 items-center gap-2.5 px-4">
            <dt className="grow text-ink-2">{row.label}</dt>
            <dd>{row.text}</dd>
          </div>
        ))}
      </dl>
    </PaneSection>
  );
}

/** A task's time begins with its first attempt's place in the queue. */
function beginOf(row: TaskRow): string | null {
  return row.run?.attempts[0]?.marks.queued ?? row.run?.startedAt ?? null;
}
