import type { ReactElement } from "react";
import { STATE_LOOK, TONE_TEXT, type Tone } from "#components/ui/state-tone.ts";
import { durationText } from "#components/ui/time-text.ts";
import type { AttemptView } from "#lib/core/execution-view.ts";
import { type Phase, phaseSpans } from "./phases.ts";
import { PHASE_LABEL } from "./time-spent.ts";

export interface Timeline {
  fromMs: number;
  toMs: number;
}

const OPACITY: Record<Phase, string> = {
  podflow: "opacity-28",
  node: "opacity-28",
  image: "opacity-45",
  start: "opacity-45",
  inputs: "opacity-65",
  code: "",
  outputs: "opacity-65",
};

function attemptTone(attempt: AttemptView): Tone {
  return attempt.waiting === null || attempt.endedAt !== null
    ? STATE_LOOK[attempt.state].tone
    : "warning";
}

/** One attempt on the time line: its parts are its phases. */
export function GanttBar({
  attempt,
  timeline,
  nowMs,
}: {
  attempt: AttemptView;
  timeline: Timeline;
  nowMs: number;
}): ReactElement | null {
  const spans = phaseSpans(attempt, nowMs);
  const fromMs =
    spans[0]?.fromMs ?? (attempt.startedAt === null ? null : Date.parse(attempt.startedAt));
  if (fromMs === null) return null;
  const toMs =
    spans.at(-1)?.toMs ?? (attempt.endedAt === null ? nowMs : Date.parse(attempt.endedAt));
  const whole = Math.max(1, timeline.toMs - timeline.fromMs);
  const percent = (ms: number) => `${Math.min(100, Math.max(0, (ms / whole) * 100))}%`;
  return (
    <span
      aria-hidden
      className={`absolute flex h-3.5 min-w-[3px] overflow-hidden rounded-[3px] ${TONE_TEXT[attemptTone(attempt)]}`}
      style={{ left: percent(fromMs - timeline.fromMs), width: percent(toMs - fromMs) }}
    >
      {spans.length === 0 ? <i className="h-full grow bg-current" /> : null}
      {spans.map((span, at) => (
        <i
          key={at}
          title={`${PHASE_LABEL[span.phase]} ${durationText(span.toMs - span.fromMs)}`}
          className={`h-full min-w-0 bg-current ${OPACITY[span.phase]}`}
          style={{ flexGrow: span.toMs - span.fromMs, flexBasis: 0 }}
        />
      ))}
    </span>
  );
}
