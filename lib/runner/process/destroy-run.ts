import { randomUUID } from "node:crypto";
import { linkSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { chmod, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  type AttemptFolder,
  isCode,
  readStored,
  type StoredKeeper,
  type StoredStart,
  type StoredStop,
} from "./attempt-folder.ts";
import { Changes } from "./changes.ts";
import { isAlive, sendSignal, signalTree } from "./process-tree.ts";
import { exists } from "./start-run.ts";

/** How much longer than the grace a keeper may take before it is killed itself. */
const KEEPER_EXTRA_MS = 5000;

/** Ends the attempt's processes and removes its folder; nothing when there is none. */
export async function destroyRun(
  folder: AttemptFolder,
  graceSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  if (!(await exists(folder.root))) return;
  try {
    if (!claimRemoval(folder)) await endKeeper(folder, graceSeconds, signal);
    killAll(folder);
    await removeFolder(folder.root);
  } catch (error) {
    // Somebody else removes it at the same time.
    if (!isCode(error, "ENOENT")) throw error;
  }
}

/** Takes the keeper's place in an attempt that has not begun, so that it never will. */
function claimRemoval(folder: AttemptFolder): boolean {
  const removal: StoredKeeper = { pid: 0, stamp: "", isRemoval: true };
  const draft = `${folder.keeper}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(removal), { mode: 0o600 });
  try {
    linkSync(draft, folder.keeper);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** Asks the keeper to end the code, and waits until it has. */
async function endKeeper(
  folder: AttemptFolder,
  graceSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  const keeper = readStored<StoredKeeper>(folder.keeper);
  if (!keeper || keeper.isRemoval || !isAlive(keeper.pid, keeper.stamp)) return;
  const stop: StoredStop = { graceSeconds };
  const draft = `${folder.stop}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(stop), { mode: 0o600 });
  renameSync(draft, folder.stop);
  const changes = new Changes(folder.root);
  const deadline = Date.now() + graceSeconds * 1000 + KEEPER_EXTRA_MS;
  try {
    sendSignal(keeper.pid, "SIGTERM");
    while (isAlive(keeper.pid, keeper.stamp) && !(await exists(folder.ending))) {
      if (Date.now() > deadline) {
        sendSignal(keeper.pid, "SIGKILL");
        return;
      }
      await changes.next(signal);
    }
  } finally {
    changes.close();
  }
}

/** What a keeper that was killed left running. */
function killAll(folder: AttemptFolder): void {
  const start = readStored<StoredStart>(folder.started);
  if (!start) return;
  // By the mark alone: the session's number may be somebody else's by now.
  const tree = { session: null, attemptId: basename(folder.root) };
  for (let round = 0; round < 20; round += 1) if (signalTree(tree, "SIGKILL") === 0) return;
}

/** Removes a folder of an attempt: gone at once for whoever looks, then piece by piece. */
async function removeFolder(root: string): Promise<void> {
  const away = join(dirname(root), `.removed.${randomUUID()}`);
  await rename(root, away);
  await removeTree(away);
}

/** Removes a folder, also when the code took away its own permissions. */
export async function removeTree(path: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 3 } as const;
  try {
    await rm(path, options);
  } catch (error) {
    if (!isCode(error, "EACCES", "EPERM")) throw error;
    await openFolders(path);
    await rm(path, options);
  }
}

async function openFolders(path: string): Promise<void> {
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true }))
    if (entry.isDirectory()) await openFolders(join(path, entry.name));
}
