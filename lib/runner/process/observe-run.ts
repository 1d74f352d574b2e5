import type { Observation } from "../contract.ts";
import type { AttemptFolder } from "./attempt-folder.ts";
import { Changes } from "./changes.ts";
import { observationOf, readSnapshot } from "./run-state.ts";

/** Yields what the attempt's folder shows at every change, up to its only `ended`. */
export async function* observeRun(
  folder: AttemptFolder,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  signal.throwIfAborted();
  const changes = new Changes(folder.root);
  try {
    let last = "";
    for (;;) {
      const observation = observationOf(readSnapshot(folder));
      if (observation.phase !== last) yield observation;
      if (observation.phase === "ended") return;
      last = observation.phase;
      await changes.next(signal);
    }
  } finally {
    changes.close();
  }
}
