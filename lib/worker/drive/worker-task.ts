import type { LogLevel } from "#lib/core/log-line.ts";
import { TaskFailure, type TaskType, type WorkerTaskContext } from "#lib/tasks/task-type.ts";
import { pause } from "../persist.ts";
import type { Drive } from "./drive.ts";
import type { UnsealedEnd } from "./finished.ts";
import { bareEnd, timeoutFailure } from "./ending.ts";
import { LONGEST_TIMER_MS } from "./longest-timer.ts";
import { taskContext, timeoutMs } from "./render.ts";

type WorkerTask = Extract<TaskType, { kind: "worker" }>;

/** Does a task that the worker itself runs. @throws TaskFailure, and the lease's reason once it is lost */
export async function runWorkerTask(drive: Drive, type: WorkerTask): Promise<UnsealedEnd> {
  const limitMs = await timeoutMs(drive);
  const deadline = limitMs === null ? null : new Date(drive.attempt.startedAt.getTime() + limitMs);
  const work = type.run(drive.task, contextFor(drive, deadline));
  try {
    const { outputs } = await work;
    return { ...bareEnd(null), ...(await ended(drive)), state: "SUCCESS", outputs };
  } catch (error) {
    drive.held.signal.throwIfAborted();
    if (drive.held.killed.aborted) return { ...bareEnd(null), ...(await ended(drive)) };
    if (error instanceof TimeoutReached && limitMs !== null) {
      const failure = timeoutFailure(limitMs, drive.task.range.startLine);
      return { ...bareEnd(failure), ...(await ended(drive)) };
    }
    if (!(error instanceof TaskFailure)) throw error;
    const failure = { ...error.failure, line: error.failure.line ?? drive.task.range.startLine };
    return { ...bareEnd(failure), ...(await ended(drive)) };
  }
}

class TimeoutReached extends Error {
  override readonly name = "TimeoutReached";
}

async function ended(drive: Drive): Promise<Pick<UnsealedEnd, "marks">> {
  await drive.log.flush();
  return { marks: { ended: drive.now().toISOString() } };
}

function contextFor(drive: Drive, deadline: Date | null): WorkerTaskContext {
  // Lines that were stored before another worker took over are not stored again.
  let skip = drive.progress.lines - drive.progress.ownLines;
  const log = (level: LogLevel, message: string): void => {
    for (const line of message.split(/\r?\n/)) {
      if (skip > 0) {
        skip -= 1;
        continue;
      }
      const bytes = Buffer.from(line);
      drive.log.line({ bytes, timeMs: drive.now().getTime(), level, stream: null });
    }
  };
  return {
    ...taskContext(drive, null),
    log,
    startedAt: drive.attempt.startedAt,
    waitUntil: (moment) => waitUntil(drive, moment, deadline),
  };
}

async function waitUntil(drive: Drive, moment: Date, deadline: Date | null): Promise<void> {
  const { signal, killed } = drive.held;
  const either = AbortSignal.any([signal, killed]);
  const isTooLate = deadline !== null && moment > deadline;
  const until = isTooLate ? deadline : moment;
  for (;;) {
    const rest = until.getTime() - drive.now().getTime();
    if (rest <= 0) break;
    await pause(Math.min(rest, LONGEST_TIMER_MS), either);
  }
  either.throwIfAborted();
  if (isTooLate) throw new TimeoutReached("the task's timeout");
}
