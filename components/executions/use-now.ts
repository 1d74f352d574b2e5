"use client";
import { useCallback } from "react";
import { useClock } from "#components/ui/clock.tsx";
import type { ExecutionView } from "#lib/core/execution-view.ts";

/** What is drawn within this time shows the same moment. */
const GRAIN_MS = 200;

/** The time now while the execution is live; what has ended is not drawn again every second. */
export function useNow(execution: ExecutionView): number {
  const endMs = execution.endedAt === null ? null : Date.parse(execution.endedAt);
  return useClock(
    useCallback((nowMs: number) => endMs ?? Math.floor(nowMs / GRAIN_MS) * GRAIN_MS, [endMs]),
  );
}
