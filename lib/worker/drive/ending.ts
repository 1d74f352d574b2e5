import type { Failure, FailureKind } from "#lib/core/failure.ts";
import { isoDuration } from "#lib/flow/duration.ts";
import { type Ending, RunnerError } from "#lib/runner/contract.ts";
import type { UnsealedEnd } from "./finished.ts";

/** Causes that pass by themselves, so that another try is right without anybody doing anything. */
const PASSING: ReadonlySet<FailureKind> = new Set([
  "evicted",
  "preempted",
  "node-lost",
  "deleted",
  "lost",
  "unreachable",
  "image",
]);
/** The platform's own acts: repeated even after the user's code began. */
const OWN_ACTS: ReadonlySet<FailureKind> = new Set(["evicted", "preempted", "node-lost"]);

/**
 * Whether a platform failure is to be repeated (LANGUAGE.md 7, PEERS.md 5): always safe when the
 * user's code never began; afterwards for the platform's own acts, and when the task has a `retry`,
 * which says that it may run more than once.
 */
export function mayRepeat(
  failure: Failure,
  run: { mainStarted: boolean; isOver: boolean; hasRetry: boolean },
): boolean {
  if (failure.fault !== "platform" || !run.isOver) return false;
  if (!run.mainStarted || OWN_ACTS.has(failure.kind)) return true;
  return run.hasRetry && PASSING.has(failure.kind);
}

export function failureFrom(cause: Ending | RunnerError, line: number | null): Failure {
  return {
    kind: cause.kind,
    message: cause.message,
    remedy: cause.remedy,
    evidence: cause.evidence,
    fault: cause.fault,
    exitCode: cause instanceof RunnerError ? null : cause.exitCode,
    line,
  };
}

export function timeoutFailure(ms: number, line: number | null): Failure {
  return {
    kind: "timeout",
    message: `Timeout after ${isoDuration(ms)}`,
    remedy: "Raise `timeout` in the flow, or let the task do less.",
    evidence: "",
    fault: "user",
    exitCode: null,
    line,
  };
}

/** @param cause what happened to which bytes of Podflow's own store */
export function storageFailure(
  cause: { message: string; evidence?: string },
  line: number | null,
): Failure {
  return {
    kind: "storage",
    message: cause.message,
    remedy: "Make room for Podflow's data folder, then execute it again.",
    evidence: cause.evidence ?? "",
    fault: "platform",
    exitCode: null,
    line,
  };
}

export function internalFailure(error: unknown): Failure {
  return {
    kind: "internal",
    message: "Podflow made a mistake while it ran this task.",
    remedy: "Execute it again. If it stays, report it with the worker's log.",
    evidence: error instanceof Error ? error.message : String(error),
    fault: "platform",
    exitCode: null,
    line: null,
  };
}

/** An end without anything to show but its reason. */
export function bareEnd(failure: Failure | null): UnsealedEnd {
  return {
    state: failure ? "FAILED" : "KILLED",
    failure,
    exitCode: failure?.exitCode ?? null,
    outputs: {},
    files: [],
    marks: {},
    node: null,
    mayRepeat: false,
  };
}
