import { readdir, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const UNUSED_MS = 14 * 24 * 3600 * 1000;
/** A build takes minutes: what is half made for a day was left by one that was killed. */
const HALF_MADE_MS = 24 * 3600 * 1000;

/** Marks a folder of the cache as used now, and removes those of its kind that nobody used for two weeks. */
export async function useFolder(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now);
  const kind = `${basename(folder).split("-")[0]}-`;
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(kind)) continue;
    const path = join(dirname(folder), name);
    const limit = name.includes(".making-") ? HALF_MADE_MS : UNUSED_MS;
    const age = now.getTime() - (await stat(path)).mtimeMs;
    if (age > limit) await rm(path, { recursive: true, force: true });
  }
}
