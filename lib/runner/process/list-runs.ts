import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { OwnedRun } from "../contract.ts";
import { attemptFolder, isCode } from "./attempt-folder.ts";
import { removeTree } from "./destroy-run.ts";
import { observationOf, readSnapshot } from "./run-state.ts";
import type { ProcessPlace } from "./start-run.ts";

/** A draft or a half-removed folder of this age belongs to nobody any more. */
const STALE_MS = 60 * 60 * 1000;

/** Every attempt of this installation that has a folder here. */
export async function listRuns(place: ProcessPlace): Promise<OwnedRun[]> {
  const runs: OwnedRun[] = [];
  for (const name of await namesIn(place.folder)) {
    if (name.startsWith(".")) {
      await removeStale(join(place.folder, name));
      continue;
    }
    const snapshot = readSnapshot(attemptFolder(place.folder, name));
    if (snapshot.spec?.installationId !== place.installationId) continue;
    runs.push({
      handle: { attemptId: name, namespace: "", name, uid: "" },
      executionId: snapshot.spec.identity.executionId,
      taskRunId: snapshot.spec.identity.taskRunId,
      createdAt: new Date(snapshot.spec.createdAt),
      isEnded: observationOf(snapshot).phase === "ended",
    });
  }
  return runs;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  }
}

async function removeStale(path: string): Promise<void> {
  if (path.endsWith(".keeper-cache")) return;
  try {
    if (Date.now() - (await stat(path)).mtimeMs > STALE_MS) await removeTree(path);
  } catch (error) {
    // Its owner is finishing it, or has just finished.
    if (!isCode(error, "ENOENT", "ENOTEMPTY")) throw error;
  }
}
