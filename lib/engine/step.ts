import type { Failure, Waiting } from "#lib/core/failure.ts";
import type { State } from "#lib/core/state.ts";

/** One thing to do next. Whoever applies it gives the ids and the times. */
export type Step =
  /** Find out whether the task runs, then ask again with the verdict. */
  | { kind: "evaluate-condition"; taskId: string; position: number }
  /** Find out the flow's outputs, then ask again with them. */
  | { kind: "evaluate-outputs" }
  | { kind: "move-execution"; to: State }
  /** CREATED comes with a first attempt; any other state is how the task ended without one. */
  | {
      kind: "create-task-run";
      taskId: string;
      position: number;
      state: State;
      failure: Failure | null;
    }
  | {
      kind: "create-attempt";
      taskRunId: string;
      /** From 0. */
      number: number;
      delayMs: number;
      waiting: Omit<Waiting, "since">;
    }
  | { kind: "move-task-run"; taskRunId: string; to: State; failure: Failure | null }
  /** An attempt that no worker has ends as KILLED. */
  | { kind: "kill-attempt"; attemptId: string }
  | {
      kind: "end-execution";
      state: State;
      failure: Failure | null;
      outputs: Record<string, unknown>;
    };
