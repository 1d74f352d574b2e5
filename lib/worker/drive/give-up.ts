import type { Failure } from "#lib/core/failure.ts";
import type { ClaimedAttempt } from "#lib/executions/claimed-attempt.ts";
import { Masks } from "#lib/executions/masks.ts";
import type { RunHandle, Runner } from "#lib/runner/contract.ts";
import type { HeldLease } from "../held-lease.ts";
import { persist } from "../persist.ts";
import type { Drive, DriveTools } from "./drive.ts";
import { endRun, GRACE_SECONDS, mayGoOn, wordsOf } from "./end-run.ts";
import { bareEnd } from "./ending.ts";
import type { UnsealedEnd } from "./finished.ts";
import { type Progress, progressFrom } from "./progress.ts";
import { Reporter } from "./reporter.ts";
import { mayHaveBegun, storedHandle } from "./start-run.ts";

const NOT_FOLLOWED =
  "The end of the log is missing, or may be: the worker that took the task over could not go on with it.";
/** Why the log of a run that may have begun without our knowing is not whole. */
export const NOT_CONFIRMED =
  "Lines may be missing: the task may have begun before it was ended, and nobody read its log.";

/** An attempt that cannot be prepared, or not again. */
export interface Undrivable {
  attempt: ClaimedAttempt;
  held: HeldLease;
  tools: DriveTools;
  /** Aborted when nothing of it needs a place any more. */
  over: AbortSignal;
  /** null: not even its flow could be read. */
  drive: Drive | null;
}

interface GivenUp {
  end: UnsealedEnd;
  /** What may be missing of the log, and why; null: nothing has run. */
  gap: string | null;
}

/**
 * How an attempt ends that cannot be prepared (any more). What an earlier worker has begun of it is
 * ended first, with its own grace: it cannot be followed, because its secrets could not be masked.
 * @throws the lease's reason once it is lost
 */
export async function giveUp(its: Undrivable, failure: Failure): Promise<GivenUp> {
  const { attempt, held } = its;
  const handle = storedHandle(attempt.handle);
  if (!handle) return { end: bareEnd(failure), gap: mayHaveBegun(attempt) ? NOT_CONFIRMED : null };
  const first =
    progressOf(its).forced ?? (held.killed.aborted ? { kind: "killed" as const } : null);
  const why = first === null ? failure : first.kind === "failed" ? first.failure : null;
  const left = await endOwn(its, handle, failure.line);
  if (left === null) {
    const marks = { removed: its.tools.now().toISOString() };
    return { end: { ...bareEnd(why), marks }, gap: NOT_FOLLOWED };
  }
  const message = why === null ? left.message : `${why.message} ${left.message}`;
  return { end: { ...bareEnd(why), failure: { ...left, message } }, gap: NOT_FOLLOWED };
}

function progressOf({ attempt, drive }: Undrivable): Progress {
  return drive?.progress ?? progressFrom(attempt.progress);
}

async function endOwn(
  its: Undrivable,
  handle: RunHandle,
  line: number | null,
): Promise<Failure | null> {
  const { attempt, held, drive, tools, over } = its;
  const { connectionId } = attempt;
  if (connectionId === null) {
    const message = "Its cluster is named by the task's `config`, which cannot be read any more.";
    const remedy = `Delete the pod ${handle.name} of the namespace ${handle.namespace} there.`;
    return { ...mayGoOn({ message, evidence: "" }, line), remedy };
  }
  let runner: Runner;
  try {
    runner = await persist(held.signal, () => tools.runners.openRunner(connectionId, over));
  } catch (error) {
    held.signal.throwIfAborted();
    return mayGoOn(wordsOf(error), line);
  }
  const { lease, waiting } = attempt;
  const { signal } = held;
  const onError = (): void => held.letGo("the attempt can no longer be written");
  const reporter =
    drive?.reporter ?? new Reporter({ lease, signal, masks: new Masks(), waiting, onError });
  const graceSeconds = progressOf(its).graceSeconds ?? GRACE_SECONDS;
  try {
    return await endRun({ held, reporter }, { runner, target: handle, graceSeconds });
  } finally {
    await reporter.close();
  }
}
