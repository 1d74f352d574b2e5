import type { Failure } from "#lib/core/failure.ts";
import {
  type AttemptSpec,
  type RunHandle,
  type Runner,
  RunnerError,
} from "#lib/runner/contract.ts";
import type { Task } from "#lib/flow/flow.ts";
import { writtenGraceSeconds } from "#lib/runner/grace.ts";
import { pause } from "../persist.ts";
import type { Drive } from "./drive.ts";

/** Time between SIGTERM and SIGKILL (LANGUAGE.md 5.1 asks for one) where the flow says none. */
export const GRACE_SECONDS = 5;
const CALL_LIMIT_MS = 15_000;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;

/** What a run gets from SIGTERM to SIGKILL. */
export function graceOf({ kubernetes }: AttemptSpec): number {
  return writtenGraceSeconds(kubernetes) ?? GRACE_SECONDS;
}

export type RunTarget = RunHandle | { attemptId: string; namespace?: string };

/** What of a drive ends a run; the task is not known when its flow cannot be read. */
type Ender = Pick<Drive, "held" | "reporter"> & { task?: Pick<Task, "range"> };

/** How long a place that does not answer holds up the end of a run; the sweep removes it later. */
const PATIENCE_MS = { ofKnownRun: 10 * 60_000, ofPossibleRun: 30_000 };

/**
 * Ends a run that we end, again and again until the place has accepted it; meanwhile the execution
 * shows what that waits for.
 * @returns null, or what to say when the place never answered and the run may go on
 * @throws the lease's reason once it is lost
 */
export async function endRun(
  drive: Ender,
  run: { runner: Runner; target: RunTarget; graceSeconds: number },
): Promise<Failure | null> {
  const { runner, target, graceSeconds } = run;
  const patience = "name" in target ? PATIENCE_MS.ofKnownRun : PATIENCE_MS.ofPossibleRun;
  const giveUpAt = performance.now() + patience;
  for (let tries = 0; ; tries += 1) {
    await drive.held.fresh();
    try {
      await destroyOnce(runner, target, graceSeconds);
      return null;
    } catch (error) {
      drive.held.signal.throwIfAborted();
      const words = wordsOf(error);
      drive.reporter.wait({ kind: "unreachable", ...words });
      if (performance.now() > giveUpAt) {
        return mayGoOn(words, drive.task?.range.startLine ?? null);
      }
    }
    await pause(Math.min(FIRST_RETRY_MS * 2 ** tries, LONGEST_RETRY_MS), drive.held.signal);
  }
}

/** What to say of a run that could not be ended. */
export function mayGoOn(
  { message, evidence }: Pick<Failure, "message" | "evidence">,
  line: number | null,
): Failure {
  return {
    kind: "unreachable",
    message: `What ran may still run, because it could not be ended: ${message}`,
    remedy: "It is removed once the place answers again. Check the connection.",
    evidence,
    fault: "platform",
    exitCode: null,
    line,
  };
}

/**
 * One try with a time limit of its own: the attempt's signals are aborted by then.
 * @param graceSeconds null: the run has ended
 */
export async function destroyOnce(
  runner: Runner,
  target: RunTarget,
  graceSeconds: number | null,
): Promise<void> {
  const limit = AbortSignal.timeout(CALL_LIMIT_MS + (graceSeconds ?? 0) * 1000);
  await runner.destroy(target, { graceSeconds }, limit);
}

/** What the place said, as a person reads it. */
export function wordsOf(error: unknown): Pick<Failure, "message" | "remedy" | "evidence"> {
  if (error instanceof RunnerError) {
    const { message, remedy, evidence } = error;
    return { message, remedy, evidence };
  }
  const evidence = error instanceof Error ? error.message : String(error);
  return { message: "The run cannot be ended yet.", remedy: "It is tried again.", evidence };
}
