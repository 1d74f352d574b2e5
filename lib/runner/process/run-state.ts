import { readFileSync } from "node:fs";
import type { Observation, RunMarks } from "../contract.ts";
import {
  type AttemptFolder,
  readStored,
  type StoredEnding,
  type StoredKeeper,
  type StoredSpec,
  type StoredStart,
} from "./attempt-folder.ts";
import { endingOfLost, endingOfRemoved } from "./endings.ts";
import { isAlive } from "./process-tree.ts";

/** What the folder of an attempt shows at one moment. */
export interface Snapshot {
  spec: StoredSpec | null;
  keeper: (StoredKeeper & { isAlive: boolean }) | null;
  start: StoredStart | null;
  ending: StoredEnding | null;
  /** What a dead keeper left in its own log. */
  keeperWords: string;
}

/** Reads the folder. Whether the keeper lives is asked first: it writes the ending before it goes. */
export function readSnapshot(folder: AttemptFolder): Snapshot {
  const keeper = readStored<StoredKeeper>(folder.keeper);
  const lives = keeper !== null && !keeper.isRemoval && isAlive(keeper.pid, keeper.stamp);
  const ending = readStored<StoredEnding>(folder.ending);
  return {
    keeper: keeper && { ...keeper, isAlive: lives },
    ending,
    start: readStored<StoredStart>(folder.started),
    keeperWords: keeper !== null && !lives && ending === null ? lastWords(folder.keeperLog) : "",
    // Last: while the folder is being removed, what was read before may be missing for that reason.
    spec: readStored<StoredSpec>(folder.spec),
  };
}

/** What a snapshot means: a pure function, so that every runner object sees the same. */
export function observationOf(snapshot: Snapshot): Observation {
  const { spec, keeper, start, ending } = snapshot;
  const marks: RunMarks = {};
  if (spec) marks.created = new Date(spec.createdAt);
  const startedAt = start?.startedAt ?? ending?.startedAt;
  if (startedAt) {
    marks.started = new Date(startedAt);
    marks.running = new Date(startedAt);
  }
  if (ending) {
    marks.ended = new Date(ending.endedAt);
    return { phase: "ended", ending: ending.ending, marks };
  }
  if (!spec) return { phase: "ended", ending: endingOfRemoved(true), marks };
  if (keeper?.isRemoval) return { phase: "ended", ending: endingOfRemoved(false), marks };
  if (keeper && !keeper.isAlive)
    return { phase: "ended", ending: endingOfLost(snapshot.keeperWords), marks };
  if (start) return { phase: "running", marks };
  return { phase: "pending", waiting: null, marks };
}

function lastWords(path: string): string {
  try {
    return readFileSync(path, "utf8").slice(-1000);
  } catch {
    // The folder is being removed; there is nothing to read, and nothing depends on it.
    return "";
  }
}
