import { clsx } from "clsx";
import type { ReactElement, ReactNode } from "react";
import { TONE_TEXT, type Tone } from "./state-tone.ts";

const BORDER: Record<Tone, string> = {
  success: "border-l-success",
  running: "border-l-running",
  warning: "border-l-warning",
  failed: "border-l-failed",
  paused: "border-l-paused",
  idle: "border-l-idle",
};

/**
 * What happened, to what (`title`), what to do and what it rests on (`children`), and the button
 * that does it (`actions`).
 */
export function Notice({
  tone,
  title,
  children,
  actions,
  isAlert = false,
}: {
  tone: Tone;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** It came while the person was here: read it out. */
  isAlert?: boolean;
}): ReactElement {
  return (
    <div
      role={isAlert ? "alert" : undefined}
      className={clsx(
        "flex flex-wrap items-start gap-x-3 gap-y-2 rounded-md border border-l-[3px] border-line px-4 py-3",
        TONE_TEXT[tone],
        BORDER[tone],
      )}
    >
      <div className="min-w-0 flex-1 basis-60 text-ink">
        <p className="font-semibold break-words">{title}</p>
        {children === undefined ? null : <div className="break-words text-ink-2">{children}</div>}
      </div>
      {actions === undefined ? null : <div className="flex gap-2">{actions}</div>}
    </div>
  );
}
