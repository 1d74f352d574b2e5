"use client";
import { clsx } from "clsx";
import type { ReactElement } from "react";
import { Dot } from "#components/ui/state-chip.tsx";
import type { Tone } from "#components/ui/state-tone.ts";
import type { ExecutionView, TaskRunView, Transfer } from "#lib/core/execution-view.ts";
import { PaneSection } from "./pane-section.tsx";
import { type Step, type StepState, stepsOf, transferText } from "./steps.ts";
import { latestAttempt } from "./task-rows.ts";
import { TimeOfDay } from "./time-of-day.tsx";

const TONE: Record<StepState, Tone> = {
  done: "success",
  now: "running",
  failed: "failed",
  ahead: "idle",
  never: "idle",
};
/** For those who do not see the dot. */
const WORD: Record<StepState, string> = {
  done: "done",
  now: "now",
  failed: "failed",
  ahead: "to come",
  never: "not reached",
};

/** What the pod of a task's latest attempt went through, and what it does now. */
export function StepsSection({
  execution,
  run,
}: {
  execution: ExecutionView;
  run: TaskRunView;
}): ReactElement | null {
  const attempt = latestAttempt(run);
  if (attempt === null) return null;
  const bytes = run.files.reduce((sum, file) => sum + file.size, 0);
  const steps = stepsOf(attempt, { count: run.files.length, bytes });
  const isLive = execution.endedAt === null;
  return (
    <PaneSection
      title="Steps"
      actions={
        run.attempts.length === 1 ? null : (
          <span className="pr-1 text-xs text-ink-2">Attempt {attempt.number + 1}</span>
        )
      }
    >
      <ol className="py-1">
        {steps.map((step) => (
          <StepRow key={step.key} step={step} isLive={isLive} />
        ))}
      </ol>
    </PaneSection>
  );
}

function StepRow({ step, isLive }: { step: Step; isLive: boolean }): ReactElement {
  const { state, note, at, transfer } = step;
  const isOpen = state === "ahead" || state === "never";
  const isOnTheWay = state === "now" && transfer !== null && transfer.done < transfer.total;
  return (
    <li aria-current={state === "now" ? "step" : undefined}>
      <div className="flex min-h-7 items-center gap-2.5 px-4">
        <Dot
          tone={TONE[state]}
          isHollow={isOpen}
          isMoving={state === "now" && isLive}
          label={WORD[state]}
        />
        <span className={clsx("shrink-0", isOpen ? "text-ink-3" : "text-ink-2")}>{step.label}</span>
        <span className="min-w-0 grow truncate text-ink-3 tabular-nums" title={note ?? undefined}>
          {isOnTheWay ? transferText(transfer) : isOpen && step.key !== "removed" ? null : note}
        </span>
        <span className="tabular-nums">{at === null ? null : <TimeOfDay date={at} />}</span>
      </div>
      {isOnTheWay ? <FileOnTheWay label={step.label} transfer={transfer} /> : null}
    </li>
  );
}

function FileOnTheWay({ label, transfer }: { label: string; transfer: Transfer }): ReactElement {
  const { done, total, file } = transfer;
  return (
    <div className="px-4 pb-2 pl-[34px]">
      <progress
        aria-label={label}
        value={done}
        max={total}
        className="block h-1 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-moz-progress-bar]:bg-running [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-running"
      />
      {file === null ? null : (
        <p className="flex gap-2.5 pt-1 text-ink-3 tabular-nums">
          <span className="mono min-w-0 grow truncate" title={file.name}>
            {file.name}
          </span>
          <span className="shrink-0">{transferText({ done: file.done, total: file.size })}</span>
        </p>
      )}
    </div>
  );
}
