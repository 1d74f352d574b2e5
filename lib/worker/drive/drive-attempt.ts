import { log } from "#lib/config/log.ts";
import { advanceExecution } from "#lib/executions/advance.ts";
import type { AttemptEnd } from "#lib/executions/attempt-end.ts";
import type { ClaimedAttempt, Claimer } from "#lib/executions/claimed-attempt.ts";
import { recordAttempt, recordRemoval } from "#lib/executions/record.ts";
import { LeaseLostError } from "#lib/store/lease.ts";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { TaskFailure } from "#lib/tasks/task-type.ts";
import { type HeldLease, LetGo } from "../held-lease.ts";
import { persist } from "../persist.ts";
import { type Drive, type DriveTools, loadDrive } from "./drive.ts";
import { bareEnd, internalFailure } from "./ending.ts";
import { giveUp, type Undrivable } from "./give-up.ts";
import { progressFrom } from "./progress.ts";
import { runScriptTask } from "./script-task.ts";
import type { Finished, UnsealedEnd } from "./finished.ts";
import { sealStored } from "./log-seal.ts";
import { runWorkerTask } from "./worker-task.ts";
import { writtenLine } from "./written-line.ts";

/** Mistakes of ours in one attempt, after which it is not tried again. */
const MAX_CRASHES = 3;

/**
 * Drives an attempt to its recorded end, from wherever an earlier worker left it. A lost lease is no
 * error: somebody else goes on.
 * @returns attempts that the recorded end made and this process claimed
 */
export async function driveAttempt(
  attempt: ClaimedAttempt,
  held: HeldLease,
  options: { tools: DriveTools; claimer: () => Claimer | null },
): Promise<ClaimedAttempt[]> {
  const over = new AbortController();
  let cleaning = Promise.resolve();
  try {
    const { end, cleanUp } = await toEnd(attempt, held, {
      tools: options.tools,
      over: over.signal,
    });
    const { lease } = attempt;
    const happening = { kind: "attempt-ended", lease, end } as const;
    const advanced = await persist(held.signal, () =>
      advanceExecution(lease.executionId, happening, options.claimer()),
    );
    if (cleanUp) cleaning = removed(attempt, cleanUp, options.tools);
    return advanced?.claimed ?? [];
  } catch (error) {
    if (error instanceof LetGo || error instanceof LeaseLostError || held.signal.aborted) {
      log().info({ attempt: attempt.lease.attemptId, why: String(error) }, "let an attempt go");
      return [];
    }
    await crashed(attempt, held, error);
    return [];
  } finally {
    void cleaning.then(() => over.abort(new Error("The attempt is driven no more.")));
  }
}

async function toEnd(
  attempt: ClaimedAttempt,
  held: HeldLease,
  using: { tools: DriveTools; over: AbortSignal },
): Promise<Finished & { end: AttemptEnd }> {
  const progress = progressFrom(attempt.progress);
  let drive: Drive | null = null;
  try {
    if (progress.crashes >= MAX_CRASHES) throw new TaskFailure(internalFailure("It broke again."));
    drive = await loadDrive(attempt, held, using);
    const { end, cleanUp } = await run(drive);
    return { end: await sealed(end, drive), cleanUp };
  } catch (error) {
    if (error instanceof TaskFailure)
      return await undriven({ attempt, held, drive, ...using }, error);
    throw error;
  } finally {
    await drive?.reporter.close();
  }
}

/** The end of an attempt that cannot be prepared, or not again. */
async function undriven(
  its: Undrivable,
  error: TaskFailure,
): Promise<Finished & { end: AttemptEnd }> {
  const { attempt, held, drive } = its;
  const line = error.failure.line ?? (drive && (await writtenLine(drive, error)));
  const { end, gap } = await giveUp(its, { ...error.failure, line });
  if (drive) {
    if (gap !== null) drive.log.gap({ after: null, before: null, why: gap });
    return { end: await sealed(end, drive), cleanUp: null };
  }
  const progress = progressFrom(attempt.progress);
  const afterLine = progress.lines - progress.ownLines;
  if (gap !== null)
    progress.gaps = [...progress.gaps, { afterLine, from: null, to: null, why: gap }];
  const seal = await sealStored({ lease: attempt.lease, signal: held.signal }, progress);
  return { end: { ...end, seal }, cleanUp: null };
}

/**
 * With the log's seal, and behind the sealed lines why the attempt failed, or what there is to remark.
 * Nothing else is reported from here on, and what is stored of the end has no secret in it.
 */
async function sealed({ remark, ...end }: UnsealedEnd, drive: Drive): Promise<AttemptEnd> {
  await drive.reporter.close();
  const seal = await drive.log.seal();
  if (end.failure) await drive.log.tellEnd(end.failure, "ERROR", drive.now());
  else if (remark) await drive.log.tellEnd(remark, "WARN", drive.now());
  const { masks } = drive;
  return {
    ...end,
    seal,
    // Masking changes texts and nothing else of the form.
    failure: masks.deep(end.failure) as AttemptEnd["failure"],
    outputs: masks.deep(end.outputs) as AttemptEnd["outputs"],
  };
}

async function run(drive: Drive): Promise<Finished> {
  const type = catalogue.find(drive.task.type);
  if (type?.kind === "script") return runScriptTask(drive, type);
  if (type?.kind !== "worker") throw new Error(`There is no task type ${drive.task.type}.`);
  if (drive.held.killed.aborted) return { end: bareEnd(null), cleanUp: null };
  return { end: await runWorkerTask(drive, type), cleanUp: null };
}

/** Our own mistake: the lease lapses, and whoever claims next tries again, a few times. */
async function crashed(attempt: ClaimedAttempt, held: HeldLease, error: unknown): Promise<void> {
  const { attemptId, executionId } = attempt.lease;
  log().error({ err: error, attempt: attemptId, execution: executionId }, "a drive broke");
  const crashes = progressFrom(attempt.progress).crashes + 1;
  try {
    await recordAttempt(attempt.lease, { progress: { crashes } });
  } catch (failed) {
    log().warn({ error: String(failed), attempt: attemptId }, "its breaking was not recorded");
  }
  held.letGo("the drive broke");
}

/** Never rejects: what stays behind is the sweep's. */
async function removed(
  attempt: ClaimedAttempt,
  cleanUp: () => Promise<void>,
  { now }: DriveTools,
): Promise<void> {
  try {
    await cleanUp();
    await recordRemoval(attempt.lease, now());
  } catch (error) {
    leftBehind(attempt, error);
  }
}

function leftBehind(attempt: ClaimedAttempt, error: unknown): void {
  const { attemptId } = attempt.lease;
  log().info({ error: String(error), attempt: attemptId }, "an ended run is left to the sweep");
}
