import { isTerminal } from "#lib/core/state.ts";
import { THIS_MACHINE } from "#lib/core/connection-view.ts";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { getExecution } from "#lib/executions/read.ts";
import type { LogLine } from "#lib/core/log-line.ts";
import { readLog } from "#lib/executions/read-log.ts";
import { watchExecution } from "#lib/executions/watch.ts";
import type { Runner } from "#lib/runner/contract.ts";
import type { Runners } from "#lib/worker/drive/drive.ts";
import { startWorker, type Worker } from "#lib/worker/worker.ts";

/** One runner for whatever a flow asks for. */
export function onlyRunner(runner: Runner): Runners {
  return {
    openRunner: () => Promise.resolve(runner),
    openRunnerForConfig: () => Promise.resolve(runner),
    defaultConnectionId: () => Promise.resolve(THIS_MACHINE),
  };
}

export const WORKER_SETTINGS = {
  workerSlots: 16,
  leaseSeconds: 2,
  maxUploadBytes: 1024 ** 3,
  helperImage: "busybox",
};

export function someWorker(runner: Runner, slots = WORKER_SETTINGS.workerSlots): Worker {
  const settings = { ...WORKER_SETTINGS, workerSlots: slots };
  return startWorker({ runners: onlyRunner(runner), settings });
}

/** A bound, not a measure: on a slow machine what is waited for comes late. */
const LIMIT_MS = 90_000;

/** The execution once it is as wanted; looks at every change. @throws Error that shows how it is when the time is over */
export async function until(
  id: string,
  wanted: (execution: ExecutionView) => boolean,
): Promise<ExecutionView> {
  const changed = Promise.withResolvers<ExecutionView>();
  const look = async (): Promise<void> => {
    const execution = await getExecution(id);
    if (wanted(execution)) changed.resolve(execution);
  };
  const onChange = (): void => void look().catch(changed.reject);
  const end = watchExecution(id, onChange);
  const giveUp = async (): Promise<void> => {
    const shown = await getExecution(id).catch(String);
    changed.reject(new Error(`Not as wanted in time: ${JSON.stringify(shown, null, 1)}`));
  };
  const timer = setTimeout(() => void giveUp(), LIMIT_MS);
  onChange();
  try {
    return await changed.promise;
  } finally {
    clearTimeout(timer);
    end();
  }
}

export async function untilEnded(id: string): Promise<ExecutionView> {
  return until(id, (execution) => isTerminal(execution.state));
}

/** The texts of an execution's log, without what Podflow itself says in it. */
export async function logTexts(id: string): Promise<string[]> {
  const lines: LogLine[] = [];
  for (;;) {
    // A window may have fewer lines than were asked for, where they are long.
    const window = await readLog(id, {}, { offset: lines.length, limit: 10_000 });
    lines.push(...window.lines);
    if (window.lines.length === 0 || lines.length >= window.total) break;
  }
  return lines.filter(({ stream }) => stream !== "podflow").map(({ text }) => text);
}
