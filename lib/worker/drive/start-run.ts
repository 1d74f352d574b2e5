import { log } from "#lib/config/log.ts";
import type { ClaimedAttempt } from "#lib/executions/claimed-attempt.ts";
import { liveOrKept } from "#lib/executions/sweep.ts";
import { type RunHandle, RunnerError } from "#lib/runner/contract.ts";
import { waitingOf } from "#lib/runner/waiting-of.ts";
import { LetGo } from "../held-lease.ts";
import { pause } from "../persist.ts";
import type { Drive } from "./drive.ts";
import { destroyOnce, graceOf } from "./end-run.ts";
import type { ForcedEnd } from "./forced-end.ts";
import type { Prepared } from "./prepare.ts";

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;

/** The run that the place has accepted, or why there is none. */
type Started =
  | { handle: RunHandle }
  | {
      handle: null;
      /** The refusal that stays; null: the run is to be ended instead. */
      error: RunnerError | null;
      /** Whether it may run all the same: a call was not answered, or an earlier worker made one. */
      mayRun: boolean;
    };

/**
 * Asks the place to run the attempt, again and again while the refusal may pass, and shows it as
 * what it waits for, until the task's `waitUntilRunning` is over. Idempotent by the attempt's id.
 * @throws the lease's reason once it is lost
 */
export async function startRun(
  drive: Drive,
  prepared: Prepared,
  forced: ForcedEnd,
): Promise<Started> {
  const { held, reporter, attempt } = drive;
  const { place, spec } = prepared;
  const known = storedHandle(attempt.handle);
  if (known) return { handle: known };
  const signal = AbortSignal.any([held.signal, forced.signal]);
  // What ran before, to give a token, does not count.
  const since = attempt.lease.number === 1 ? drive.now() : attempt.startedAt;
  const giveUpAt = since.getTime() + spec.kubernetes.waitUntilRunningSeconds * 1000;
  let mayRun = mayHaveBegun(attempt);
  for (let tries = 0; ; tries += 1) {
    try {
      await held.fresh();
      if (forced.reason) return { handle: null, error: null, mayRun };
      const handle = await place.runner.start(spec, signal);
      await held.fresh();
      recordStart(drive, prepared, handle);
      return { handle };
    } catch (error) {
      if (held.signal.aborted) await leaveNothing(drive, prepared);
      held.signal.throwIfAborted();
      const isRefusal = error instanceof RunnerError;
      mayRun ||= !isRefusal || error.kind === "unreachable";
      if (forced.reason || error instanceof LetGo) return { handle: null, error: null, mayRun };
      if (!isRefusal) throw error;
      const isLate = drive.now().getTime() > giveUpAt;
      if (!error.isTransient || isLate) return { handle: null, error, mayRun };
      reporter.wait(waitingOf(error));
    }
    const wait = Math.min(FIRST_RETRY_MS * 2 ** tries, LONGEST_RETRY_MS);
    await pause(wait * (0.75 + Math.random() / 2), held.signal);
  }
}

function recordStart(drive: Drive, { place, spec, plan }: Prepared, handle: RunHandle): void {
  const { runner, connectionId, baseConnectionId } = place;
  drive.progress.keepsPod = runner.kind === "kubernetes" && !plan.kubernetes.deletesPod;
  const { keepsPod } = drive.progress;
  drive.reporter.wait(null);
  drive.reporter.report({
    handle,
    runner: runner.kind,
    ...(connectionId === null ? {} : { connectionId }),
    marks: drive.marks.note("created", drive.now()),
    progress: { keepsPod, baseConnectionId, graceSeconds: graceOf(spec) },
  });
}

/** Whether a place has it, or may: an earlier worker can have died before its start was recorded. */
export function mayHaveBegun({ handle, lease, runner }: ClaimedAttempt): boolean {
  return runner !== "worker" && (handle !== null || lease.number > 1);
}

/**
 * Held up for longer than the lease, a start may have made the run of an attempt that another worker
 * has ended meanwhile: nobody would follow it. Best effort, because the sweep removes it as well.
 */
async function leaveNothing({ attempt, held }: Drive, { place, spec }: Prepared): Promise<void> {
  const { attemptId } = held.lease;
  const namespace = spec.kubernetes.namespace ?? undefined;
  try {
    const { taskRunId } = attempt;
    if ((await liveOrKept([{ attemptId, taskRunId }])).has(attemptId)) return;
    await destroyOnce(place.runner, { attemptId, ...(namespace ? { namespace } : {}) }, 0);
  } catch (error) {
    log().info({ error: String(error), attempt: attemptId }, "a late start is left to the sweep");
  }
}

/** The run that was recorded; null: none was. */
export function storedHandle(stored: unknown): RunHandle | null {
  // Written by `startRun` alone.
  return stored === null || stored === undefined ? null : (stored as RunHandle);
}
