import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ClusterClient, PODS } from "./cluster-client.ts";
import { isLeft, MARK, MARK_LABEL } from "./mark.ts";

const NODES = "/api/v1/nodes";
const TRIES = 10;
const FOLDER = "podflow-bench-";

interface Marked {
  metadata: { name: string; labels?: Record<string, string> };
}

/** A folder of this bench, whose name says whose it is. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), `${FOLDER}${MARK}-`));
  // The product's database runs as another user, and is in it.
  chmodSync(folder, 0o711);
  return folder;
}

/**
 * Removes what benches left in the cluster and in the temporary folder that were killed.
 * @returns how many benches that were
 */
export async function removeLeftBehind(cluster: ClusterClient): Promise<number> {
  // The API server's own answers to lists.
  const lists = (await Promise.all(
    [PODS, NODES].map((path) => cluster.call("GET", `${path}?labelSelector=${MARK_LABEL}`)),
  )) as { items: Marked[] }[];
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(FOLDER));
  const marks = new Set([
    ...lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.labels?.[MARK_LABEL])),
    ...folders.map((name) => name.slice(FOLDER.length).split("-")[0]),
  ]);
  let count = 0;
  for (const mark of marks) {
    if (mark === undefined || !isLeft(mark)) continue;
    count += 1;
    await removeMarked(cluster, mark);
    for (const name of folders.filter((one) => one.startsWith(`${FOLDER}${mark}-`))) {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
  return count;
}

/** Removes the pods and nodes of a bench. Nodes last: none of theirs would end a pod in order. */
export async function removeMarked(cluster: ClusterClient, mark: string): Promise<void> {
  const selector = `labelSelector=${MARK_LABEL}%3D${mark}`;
  await deleteAll(cluster, `${PODS}?${selector}&gracePeriodSeconds=0`);
  await deleteAll(cluster, `${NODES}?${selector}`);
}

/** Thousands take longer than the API server works on one request (504): then it is asked again. */
export async function deleteAll(cluster: ClusterClient, path: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await cluster.call("DELETE", path);
      return;
    } catch (error) {
      if (tries >= TRIES || !/ 504 /.test(String(error))) throw error;
    }
  }
}
