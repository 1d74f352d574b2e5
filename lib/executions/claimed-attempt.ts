import type { PhaseMarks } from "#lib/core/execution-view.ts";
import type { Waiting } from "#lib/core/failure.ts";
import type { Lease } from "#lib/store/lease.ts";

/** Who claims, and for how long without renewing. */
export interface Claimer {
  /** Names the process; a restarted one has another name. */
  owner: string;
  leaseSeconds: number;
}

/** An attempt that this process drives now. */
export interface ClaimedAttempt {
  lease: Lease;
  taskRunId: string;
  /** Index of its task in the flow. */
  position: number;
  /** From 0. */
  number: number;
  /** When it was first claimed. */
  startedAt: Date;
  runner: string;
  connectionId: string | null;
  /** runner/contract.ts RunHandle as it was stored; null when no start was recorded. */
  handle: unknown;
  /** What the drive has remembered. */
  progress: Record<string, unknown>;
  marks: PhaseMarks;
  waiting: Waiting | null;
}
