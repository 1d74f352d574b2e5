import { clsx } from "clsx";
import type { ReactElement, ReactNode } from "react";
import type { State } from "#lib/core/state.ts";
import { STATE_LOOK, TONE_GROUND, TONE_TEXT, type Tone } from "./state-tone.ts";

/** A state in words on its colour. */
export function Chip({
  tone,
  isMoving = false,
  children,
}: {
  tone: Tone;
  isMoving?: boolean;
  children: ReactNode;
}): ReactElement {
  return (
    <span
      className={clsx(
        "inline-flex h-[22px] shrink-0 items-center gap-1.5 rounded-full px-2 text-xs/none font-strong whitespace-nowrap",
        TONE_TEXT[tone],
        TONE_GROUND[tone],
      )}
    >
      <span
        aria-hidden
        className={clsx("size-[7px] rounded-full bg-current", isMoving && "animate-pulse")}
      />
      {children}
    </span>
  );
}

export function StateChip({ state }: { state: State }): ReactElement {
  const look = STATE_LOOK[state];
  return (
    <Chip tone={look.tone} isMoving={look.isMoving}>
      {look.label}
    </Chip>
  );
}

/** A colour where words are beside it; `label` speaks for it where they are not. */
export function Dot({
  tone,
  isMoving = false,
  isHollow = false,
  label,
}: {
  tone: Tone;
  isMoving?: boolean;
  isHollow?: boolean;
  label?: string;
}): ReactElement {
  return (
    <span
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
      className={clsx(
        "inline-block size-2 shrink-0 rounded-full",
        TONE_TEXT[tone],
        isHollow ? "border-[1.5px] border-current" : "bg-current",
        isMoving && "animate-pulse",
      )}
    />
  );
}

export function StateDot({ state }: { state: State }): ReactElement {
  const look = STATE_LOOK[state];
  return <Dot tone={look.tone} isMoving={look.isMoving} label={look.label} />;
}
