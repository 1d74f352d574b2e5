import { RunnerError } from "#lib/runner/contract.ts";
import { waitingOf } from "#lib/runner/waiting-of.ts";
import { TaskFailure } from "#lib/tasks/task-type.ts";
import { pause, persist } from "../persist.ts";
import type { Drive } from "./drive.ts";
import { destroyOnce, endRun, graceOf, type RunTarget } from "./end-run.ts";
import { bareEnd, failureFrom, mayRepeat } from "./ending.ts";
import type { Finished } from "./finished.ts";
import { ForcedEnd } from "./forced-end.ts";
import { NOT_CONFIRMED } from "./give-up.ts";
import { prepare, type Prepared, type ScriptTask } from "./prepare.ts";
import { Run } from "./run.ts";
import { mayHaveBegun, startRun } from "./start-run.ts";
import { writtenLine } from "./written-line.ts";

/** A place that cannot be opened is waited for as long as one that does not start (LANGUAGE.md 1.1). */
const OPENING_LIMIT_MS = 600_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 10_000;

/**
 * Runs a script task in its place, from wherever an earlier worker left it: start, bring the files,
 * follow, drain the log, keep the outputs. @throws TaskFailure, and the lease's reason once it is lost
 */
export async function runScriptTask(drive: Drive, type: ScriptTask): Promise<Finished> {
  const forced = new ForcedEnd(drive);
  try {
    const prepared = await patientlyPrepared(drive, type, forced);
    return prepared ? await start(drive, prepared, forced) : { end: bareEnd(null), cleanUp: null };
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    if (!mayHaveBegun(drive.attempt)) return notOpened(drive, error);
    throw new TaskFailure(failureFrom(error, await writtenLine(drive, error)));
  } finally {
    forced.close();
  }
}

/**
 * Prepares the task; a place that cannot be opened for now is waited for: as long as it takes when
 * something may run there. Where something does, also one that somebody has to bring back, such as a
 * context that the kubeconfig lacks, is waited for. null: it is killed before anything has begun.
 */
async function patientlyPrepared(
  drive: Drive,
  type: ScriptTask,
  forced: ForcedEnd,
): Promise<Prepared | null> {
  const { attempt, held, reporter } = drive;
  const hasBegun = attempt.handle !== null;
  const isFirst = !mayHaveBegun(attempt);
  // What may run already must be prepared for to be ended.
  const signal = isFirst ? AbortSignal.any([held.signal, forced.signal]) : held.signal;
  const since = hasBegun ? drive.now() : attempt.startedAt;
  for (let tries = 0; ; tries += 1) {
    if (isFirst && forced.reason) return null;
    try {
      // Preparing reads rows and begins nothing, so that all of it may be repeated.
      return await persist(held.signal, () => prepare(drive, type, signal));
    } catch (error) {
      if (isFirst && forced.reason) return null;
      if (!(error instanceof RunnerError)) throw error;
      const isLate = drive.now().getTime() > since.getTime() + OPENING_LIMIT_MS;
      const mayWait = error.isTransient
        ? !isFirst || !isLate
        : hasBegun && !isLate && !forced.reason;
      if (!mayWait) throw error;
      reporter.wait(waitingOf(error));
    }
    const rest = pause(Math.min(FIRST_RETRY_MS * 2 ** tries, LONGEST_RETRY_MS), held.signal);
    await (forced.reason ? rest : Promise.race([rest, forced.decided]));
  }
}

/** The place could not be asked, so that another try is safe. */
async function notOpened(drive: Drive, error: RunnerError): Promise<Finished> {
  const failure = failureFrom(error, await writtenLine(drive, error));
  const hasRetry = drive.task.retry !== null;
  const run = { mainStarted: false, isOver: true, hasRetry };
  return { end: { ...bareEnd(failure), mayRepeat: mayRepeat(failure, run) }, cleanUp: null };
}

async function start(drive: Drive, prepared: Prepared, forced: ForcedEnd): Promise<Finished> {
  const started = await startRun(drive, prepared, forced);
  if (started.handle) {
    return new Run(drive, prepared, { handle: started.handle, forced }).toEnd();
  }
  const { error, mayRun } = started;
  if (mayRun) drive.log.gap({ after: null, before: null, why: NOT_CONFIRMED });
  const { attemptId } = drive.attempt.lease;
  const namespace = prepared.spec.kubernetes.namespace ?? undefined;
  const target = { attemptId, ...(namespace ? { namespace } : {}) };
  if (error) return notStarted(drive, prepared, { error, mayRun, target });
  // Another worker, or a call that was cut off, may have started it.
  const { runner } = prepared.place;
  const left = await endRun(drive, { runner, target, graceSeconds: graceOf(prepared.spec) });
  const reason = forced.reason?.kind === "failed" ? forced.reason.failure : null;
  return { end: { ...bareEnd(reason), failure: reason ?? left }, cleanUp: null };
}

async function notStarted(
  drive: Drive,
  { place }: Prepared,
  { error, mayRun, target }: { error: RunnerError; mayRun: boolean; target: RunTarget },
): Promise<Finished> {
  const failure = failureFrom(error, await writtenLine(drive, error));
  let isOver = !mayRun && !error.isTransient;
  if (!isOver) {
    // The last call may have been accepted without our knowing. Another owner's run is not ours to end.
    await drive.held.fresh();
    isOver = await destroyOnce(place.runner, target, 0).then(
      () => true,
      () => false,
    );
  }
  const run = { mainStarted: mayRun, isOver, hasRetry: drive.task.retry !== null };
  const end = { ...bareEnd(failure), mayRepeat: mayRepeat(failure, run) };
  return { end, cleanUp: null };
}
