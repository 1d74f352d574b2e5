import type { Failure } from "#lib/core/failure.ts";
import {
  type AttemptSpec,
  type RunHandle,
  type Runner,
  RunnerError,
} from "#lib/runner/contract.ts";
import { writtenGraceSeconds } from "#lib/runner/grace.ts";
import { pause } from "../persist.ts";
import type { Drive } from "./drive.ts";

/** Time between SIGTERM and SIGKILL (LANGUAGE.md 5.1 asks for one) where the flow says none. */
const GRACE_SECONDS = 5;
const CALL_LIMIT_MS = 15_000;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;

/** What a run gets from SIGTERM to SIGKILL. */
export function graceOf({ kubernetes }: AttemptSpec): number {
  return writtenGraceSeconds(kubernetes) ?? GRACE_SECONDS;
}

export type RunTarget = RunHandle | { attemptId: string; namespace?: string };

/** How long a place that does not answer holds up the end of a run; the sweep removes it later. */
const PATIENCE_MS = { ofKnownRun: 10 * 60_000, ofPossibleRun: 30_000 };

/**
 * Ends a run that we end, again and again until the place has accepted it; meanwhile the execution
 * shows what that waits for.
 * @returns null, or what to say when the place never answered and the run may go on
 * @throws the lease's reason once it is lost
 */
export async function endRun(
  drive: Drive,
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
      const { message, remedy, evidence } = wordsOf(error);
      drive.reporter.wait({ kind: "unreachable", message, remedy, evidence });
      if (performance.now() > giveUpAt) return mayGoOn(drive, message, evidence);
    }
    await pause(Math.min(FIRST_RETRY_MS * 2 ** tries, LONGEST_RETRY_MS), drive.held.signal);
  }
}

function mayGoOn(drive: Drive, message: string, evidence: string): Failure {
  return {
    kind: "unreachable",
    message: `What ran may still run, because it could not be ended: ${message}`,
    remedy: "It is removed once the place answers again. Check the connection.",
    evidence,
    fault: "platform",
    exitCode: null,
    line: drive.task.range.startLine,
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

function wordsOf(error: unknown): { message: string; remedy: string; evidence: string } {
  if (error instanceof RunnerError) return error;
  const evidence = error instanceof Error ? error.message : String(error);
  return { message: "The run cannot be ended yet.", remedy: "It is tried again.", evidence };
}
