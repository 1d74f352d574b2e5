import type { Failure } from "#lib/core/failure.ts";
import type { State } from "#lib/core/state.ts";

/**
 * What the engine needs to know of an execution. Its size does not grow with the execution: tasks
 * run one after the other, so the last task run and a summary of its attempts say it all.
 */
export interface Snapshot {
  state: State;
  isKillRequested: boolean;
  /** The task run that was made last; null before the first. */
  last: TaskRunSnapshot | null;
  /** Whether an earlier task run ended in WARNING; only looked at after the flow's last task. */
  hasWarnings: boolean;
  /** What evaluating said, by task id, for those that an earlier decision asked for. */
  conditions: ReadonlyMap<string, Verdict>;
  /** The flow's outputs once they have been evaluated. */
  outputs: Evaluated | null;
}

export type Verdict = { runs: boolean } | { failure: Failure };
export type Evaluated = { values: Record<string, unknown> } | { failure: Failure };

export interface TaskRunSnapshot {
  id: string;
  taskId: string;
  /** Index in the flow's tasks. */
  position: number;
  state: State;
  failure: Failure | null;
  attempts: AttemptsSummary | null;
}

/** The attempts of one task run; null for a task that was skipped or could not begin. */
export interface AttemptsSummary {
  /** How many there are. */
  made: number;
  /** How many of them ended through the platform's fault. */
  platformFailures: number;
  /** When the first one began; null before. */
  firstStartedAt: Date | null;
  latest: AttemptSnapshot;
}

export interface AttemptSnapshot {
  id: string;
  state: State;
  failure: Failure | null;
  /** Whether a worker has it. */
  isClaimed: boolean;
  /** After a platform failure: certainly over, and of a kind that another try is right for. */
  mayRepeat: boolean;
}
