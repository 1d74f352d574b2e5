import { log } from "#lib/config/log.ts";
import { liveOrKept } from "#lib/executions/sweep.ts";
import { type RunHandle, RunnerError } from "#lib/runner/contract.ts";
import { LetGo } from "../held-lease.ts";
import { pause } from "../persist.ts";
import type { Drive } from "./drive.ts";
import { destroyOnce } from "./end-run.ts";
import type { ForcedEnd } from "./forced-end.ts";
import type { Prepared } from "./prepare.ts";

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;

/**
 * Asks the place to run the attempt, again and again while the refusal may pass, and shows it as
 * what it waits for, until the task's `waitUntilRunning` is over. Idempotent by the attempt's id.
 * @returns null when the run is to be ended instead
 * @throws RunnerError for a refusal that stays, and the lease's reason once it is lost
 */
export async function startRun(
  drive: Drive,
  prepared: Prepared,
  forced: ForcedEnd,
): Promise<RunHandle | null> {
  const { held, reporter, attempt } = drive;
  const { place, spec, plan } = prepared;
  const known = storedHandle(attempt.handle);
  if (known) return known;
  const signal = AbortSignal.any([held.signal, forced.signal]);
  // What ran before, to give a token, does not count.
  const since = attempt.lease.number === 1 ? drive.now() : attempt.startedAt;
  const giveUpAt = since.getTime() + spec.kubernetes.waitUntilRunningSeconds * 1000;
  for (let tries = 0; ; tries += 1) {
    try {
      await held.fresh();
      if (forced.reason) return null;
      const handle = await place.runner.start(spec, signal);
      await held.fresh();
      drive.progress.keepsPod = place.runner.kind === "kubernetes" && !plan.kubernetes.deletesPod;
      reporter.wait(null);
      reporter.report({
        handle,
        runner: place.runner.kind,
        ...(place.connectionId === null ? {} : { connectionId: place.connectionId }),
        marks: drive.marks.note("created", drive.now()),
        progress: { keepsPod: drive.progress.keepsPod, baseConnectionId: place.baseConnectionId },
      });
      return handle;
    } catch (error) {
      if (held.signal.aborted) await leaveNothing(drive, prepared);
      held.signal.throwIfAborted();
      if (forced.reason || error instanceof LetGo) return null;
      if (!(error instanceof RunnerError) || !error.isTransient) throw error;
      if (drive.now().getTime() > giveUpAt) throw error;
      const { kind, message, remedy, evidence } = error;
      reporter.wait({ kind, message, remedy, evidence });
    }
    const wait = Math.min(FIRST_RETRY_MS * 2 ** tries, LONGEST_RETRY_MS);
    await pause(wait * (0.75 + Math.random() / 2), held.signal);
  }
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

function storedHandle(stored: unknown): RunHandle | null {
  // Written by `startRun` alone.
  return stored === null || stored === undefined ? null : (stored as RunHandle);
}
