import type { Inspection } from "../contract.ts";
import type { AttemptFolder } from "./attempt-folder.ts";
import { observationOf, readSnapshot } from "./run-state.ts";

/** What the attempt's folder tells; null when it is gone. */
export function inspectRun(folder: AttemptFolder, signal: AbortSignal): Inspection | null {
  signal.throwIfAborted();
  const snapshot = readSnapshot(folder);
  const { spec, keeper, start, keeperWords } = snapshot;
  if (!spec) return null;
  const { command, env, timeoutSeconds, createdAt } = spec;
  return {
    run: { folder: folder.root, command, env, timeoutSeconds, createdAt },
    process: start,
    keeper: { ...keeper, words: keeperWords },
    state: observationOf(snapshot),
  };
}
