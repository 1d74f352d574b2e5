import { readdir } from "node:fs/promises";
import { attemptFolder, isCode, readStored, type StoredKeeper } from "./attempt-folder.ts";
import { Changes } from "./changes.ts";
import { isAlive, sendSignal } from "./process-tree.ts";
import { exists } from "./start-run.ts";

/**
 * Ends whatever runs below the folder, because everything of Podflow stops on this machine. The
 * attempts' folders stay, and tell whoever adopts them that they were preempted.
 */
export async function endAllRuns(folder: string, signal: AbortSignal): Promise<void> {
  await Promise.all((await attemptsIn(folder)).map((name) => endOne(folder, name, signal)));
}

async function endOne(folder: string, name: string, signal: AbortSignal): Promise<void> {
  const attempt = attemptFolder(folder, name);
  const keeper = readStored<StoredKeeper>(attempt.keeper);
  if (!keeper || keeper.isRemoval || !isAlive(keeper.pid, keeper.stamp)) return;
  const changes = new Changes(attempt.root);
  try {
    sendSignal(keeper.pid, "SIGTERM");
    while (isAlive(keeper.pid, keeper.stamp) && !(await exists(attempt.ending))) {
      await changes.next(signal);
    }
  } finally {
    changes.close();
  }
}

async function attemptsIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith("."));
  } catch (error) {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  }
}
