import type { Waiting } from "#lib/core/failure.ts";
import type { Retry, Task } from "#lib/flow/flow.ts";
import type { AttemptsSummary } from "./snapshot.ts";

/** How often the platform's own failures of one task run are repeated; the task's `retry` is not touched. */
export const PLATFORM_RETRIES = 3;
const PLATFORM_DELAY_MS = 1000;

export interface NextAttempt {
  delayMs: number;
  waiting: Omit<Waiting, "since">;
}

/**
 * Whether and when the task is tried again after its latest attempt FAILED; null when it is not.
 * The user's failures count against the task's `retry`, the platform's against a budget of their own.
 */
export function nextAttempt(task: Task, attempts: AttemptsSummary, now: Date): NextAttempt | null {
  return attempts.latest.failure?.fault === "platform"
    ? afterPlatformFailure(attempts)
    : afterUserFailure(task.retry, attempts, now);
}

function afterPlatformFailure(attempts: AttemptsSummary): NextAttempt | null {
  const { platformFailures, latest } = attempts;
  if (!latest.mayRepeat || platformFailures > PLATFORM_RETRIES) return null;
  return {
    delayMs: PLATFORM_DELAY_MS * 2 ** (platformFailures - 1),
    waiting: {
      kind: "retry",
      message: `The platform failed, not the task: try ${platformFailures} of ${PLATFORM_RETRIES} that do not count as retries.`,
      remedy: "",
      evidence: latest.failure?.message ?? "",
    },
  };
}

function afterUserFailure(
  retry: Retry | null,
  attempts: AttemptsSummary,
  now: Date,
): NextAttempt | null {
  if (!retry) return null;
  const tried = attempts.made - attempts.platformFailures;
  if (retry.maxAttempts !== null && tried >= retry.maxAttempts) return null;
  const delayMs = retryDelayMs(retry, tried, attempts.latest.id);
  const first = attempts.firstStartedAt ?? now;
  if (
    retry.maxDurationMs !== null &&
    now.getTime() + delayMs > first.getTime() + retry.maxDurationMs
  ) {
    return null;
  }
  const limit = retry.maxAttempts === null ? "" : ` of ${retry.maxAttempts}`;
  return {
    delayMs,
    waiting: {
      kind: "retry",
      message: `It failed and is tried again: attempt ${tried + 1}${limit}.`,
      remedy: "",
      evidence: attempts.latest.failure?.message ?? "",
    },
  };
}

/**
 * Milliseconds until the next attempt after `tried` of them (LANGUAGE.md 3.5). `seed` stands in for
 * chance, so that the same question has the same answer.
 */
export function retryDelayMs(retry: Retry, tried: number, seed: string): number {
  switch (retry.type) {
    case "constant":
      return retry.intervalMs;
    case "exponential": {
      const delay = retry.intervalMs * retry.delayFactor * tried;
      return Math.round(
        retry.maxIntervalMs === null ? delay : Math.min(delay, retry.maxIntervalMs),
      );
    }
    case "random":
      return Math.round(
        retry.minIntervalMs + fraction(seed) * (retry.maxIntervalMs - retry.minIntervalMs),
      );
  }
}

/** A number from 0 up to 1 that the text decides (FNV-1a). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash / 2 ** 32;
}
