/** Why something ended badly, or cannot start: one closed list for the runner's causes and ours. */
export const FAILURE_KINDS = [
  // the user's code
  "exit",
  "signal",
  "oom",
  "timeout",
  // what the task asks for cannot be had
  "image",
  "config",
  "unschedulable",
  "quota",
  "forbidden",
  "unauthorized",
  "certificate",
  "namespace",
  "admission",
  "volume",
  "input-files",
  "output-files",
  // the platform
  "evicted",
  "preempted",
  "node-lost",
  "deleted",
  "unreachable",
  "lost",
  "storage",
  // the flow
  "expression",
  "task",
  "flow",
  "killed",
  "internal",
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/**
 * A failure as people read it and as it is stored. A failed task is this value; it is never an
 * exception. No stack trace and no secret is in it.
 */
export interface Failure {
  kind: FailureKind;
  /** What happened, to what: one sentence. */
  message: string;
  /** What to do now: one or two sentences; empty when there is nothing to do. */
  remedy: string;
  /** What it rests on, for example the cluster's own words; empty when the message says it all. */
  evidence: string;
  /** Whose fault: `user` counts against `retry`, `platform` against a budget of its own. */
  fault: "user" | "platform";
  exitCode: number | null;
  /** Line of the flow's source that the remedy is about, from 1; null when unknown. */
  line: number | null;
}

/** A task's reason to wait while it is pending, in the same form as a failure. */
export interface Waiting {
  kind: FailureKind | "scheduling" | "pulling" | "starting" | "uploading" | "retry";
  message: string;
  remedy: string;
  evidence: string;
  /** ISO 8601; when this reason was first seen. */
  since: string;
}
