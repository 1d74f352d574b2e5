"use client";
import { clsx } from "clsx";
import type { ReactElement } from "react";
import { Dot } from "#components/ui/state-chip.tsx";
import { STATE_LOOK, type Tone } from "#components/ui/state-tone.ts";
import { clockText, durationText } from "#components/ui/time-text.ts";
import type { ExecutionView, TaskRunView } from "#lib/core/execution-view.ts";
import type { Waiting } from "#lib/core/failure.ts";
import { isTerminal } from "#lib/core/state.ts";
import { platformText } from "./earlier-attempts.ts";
import { GanttBar, type Timeline } from "./gantt-bar.tsx";
import { transferText } from "./steps.ts";
import { latestAttempt, type TaskRow, typeName, waitingOf } from "./task-rows.ts";
import { useNow } from "./use-now.ts";

const GRID =
  "grid grid-cols-[260px_minmax(0,1fr)_104px] max-sm:grid-cols-[148px_minmax(0,1fr)_90px]";

/** One row per task, on one time line. A row chooses its task; chosen again, it lets it go. */
export function Gantt({
  execution,
  rows,
  chosenKey,
  onChoose,
}: {
  execution: ExecutionView;
  rows: readonly TaskRow[];
  chosenKey: string | null;
  onChoose: (key: string | null) => void;
}): ReactElement | null {
  const nowMs = useNow(execution);
  if (rows.length === 0) return null;
  const timeline = {
    fromMs: Date.parse(execution.createdAt),
    toMs: execution.endedAt === null ? nowMs : Date.parse(execution.endedAt),
  };
  return (
    <ul
      aria-label="Tasks"
      className="max-h-[40vh] shrink-0 overflow-y-auto border-b border-line max-lg:max-h-none"
    >
      {rows.map((row) => (
        <li key={row.key} data-row className="border-b border-line last:border-b-0">
          <GanttRow
            row={row}
            timeline={timeline}
            nowMs={nowMs}
            isLive={!isTerminal(execution.state)}
            isChosen={row.key === chosenKey}
            onChoose={() => onChoose(row.key === chosenKey ? null : row.key)}
          />
        </li>
      ))}
    </ul>
  );
}

function GanttRow({
  row,
  timeline,
  nowMs,
  isLive,
  isChosen,
  onChoose,
}: {
  row: TaskRow;
  timeline: Timeline;
  nowMs: number;
  /** Whether the execution may still come to it. */
  isLive: boolean;
  isChosen: boolean;
  onChoose: () => void;
}): ReactElement {
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={onChoose}
      className={clsx(
        GRID,
        "h-[34px] w-full text-left outline-offset-[-2px] hover:bg-ground aria-pressed:bg-sunken",
      )}
    >
      <span className="flex min-w-0 items-center gap-2 pr-3 pl-5 max-sm:pl-4">
        <Dot tone={toneOf(row)} isMoving={row.run !== null && STATE_LOOK[row.run.state].isMoving} />
        <span className="truncate font-mono text-xs/5 font-strong" title={row.key}>
          {row.key}
        </span>
        <span className="truncate text-ink-3 tabular-nums max-sm:hidden">
          {row.run === null ? noteOfPlan(row, isLive) : noteOf(row, row.run, nowMs)}
        </span>
      </span>
      <span className="flex border-x border-line bg-paper px-2">
        <span className="relative flex grow items-center">
          {row.run?.attempts.map((attempt) => (
            <GanttBar key={attempt.id} attempt={attempt} timeline={timeline} nowMs={nowMs} />
          ))}
        </span>
      </span>
      <span className="flex items-center justify-end pr-5 pl-2 whitespace-nowrap text-ink-2 tabular-nums max-sm:pr-4">
        {timeOf(row, nowMs)}
      </span>
    </button>
  );
}

function toneOf(row: TaskRow): Tone {
  if (waitingOf(row.run) !== null) return "warning";
  return row.run === null ? "idle" : STATE_LOOK[row.run.state].tone;
}

function noteOfPlan({ waitsFor }: TaskRow, isLive: boolean): string {
  if (waitsFor !== null) return `waits for ${waitsFor}`;
  return isLive ? "not run yet" : "not run";
}

const WAITS: Partial<Record<Waiting["kind"], string>> = {
  pulling: "pulls its image",
  retry: "tries again",
};

/** What is to know about a row beside its name: what it is, or why nothing happens. */
function noteOf(row: TaskRow, run: TaskRunView, nowMs: number): string {
  const waiting = waitingOf(run);
  if (waiting !== null) {
    const what = WAITS[waiting.kind] ?? "pending";
    return `${what} ${clockText(nowMs - Date.parse(waiting.since))}`;
  }
  const attempt = latestAttempt(run);
  const onTheWay = attempt?.download ?? attempt?.upload ?? null;
  if (onTheWay !== null && onTheWay.done < onTheWay.total && run.endedAt === null) {
    return `files ${transferText(onTheWay)}`;
  }
  const parts = [typeName(row.type)];
  if (run.attempts.length > 1) parts.push(`attempt ${run.attempts.length}`);
  const platform = platformText(run);
  if (platform !== null) parts.push(platform);
  if (run.state === "SKIPPED") parts.push("skipped");
  return parts.join(" · ");
}

function timeOf(row: TaskRow, nowMs: number): string {
  const { run } = row;
  const begin = run?.startedAt ?? run?.attempts[0]?.marks.queued ?? null;
  if (run === null || begin === null) return "–";
  const fromMs = Date.parse(begin);
  if (run.endedAt !== null) return durationText(Date.parse(run.endedAt) - fromMs);
  return isTerminal(run.state) ? "–" : clockText(nowMs - fromMs);
}
