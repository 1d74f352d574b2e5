"use client";
import { type ReactElement, useCallback, useSyncExternalStore } from "react";
import { useClock } from "./clock.tsx";
import { agoText, clockText, durationText, momentText } from "./time-text.ts";

const never = () => () => undefined;

/** The moment in the reader's time zone, which only the browser knows. */
function useMoment(ms: number): string | undefined {
  return useSyncExternalStore(
    never,
    () => momentText(ms),
    () => undefined,
  );
}

/** How long ago something was; the exact moment is its tooltip. It stays right while the page is open. */
export function RelativeTime({ date }: { date: string }): ReactElement {
  const ms = Date.parse(date);
  const text = useClock(useCallback((now: number) => agoText(ms, now), [ms]));
  return (
    <time dateTime={date} title={useMoment(ms)} className="whitespace-nowrap tabular-nums">
      {text}
    </time>
  );
}

/** How long something took, or how long it has been going on when `to` is null. */
export function Duration({ from, to }: { from: string; to: string | null }): ReactElement {
  const start = Date.parse(from);
  const end = to === null ? null : Date.parse(to);
  const text = useClock(
    useCallback(
      (now: number) => (end === null ? clockText(now - start) : durationText(end - start)),
      [start, end],
    ),
  );
  return <span className="whitespace-nowrap tabular-nums">{text}</span>;
}
