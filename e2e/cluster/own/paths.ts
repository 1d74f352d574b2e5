import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** Where what takes long to make is kept between runs, outside the repository. */
export function cacheFolder(): string {
  const root = process.env.PODFLOW_CACHE ?? join(homedir(), ".cache", "podflow");
  const folder = join(root, "cluster");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Ten hexadecimal digits that stand for these texts. */
export function shortHash(...texts: string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text).update("\0");
  return hash.digest("hex").slice(0, 10);
}

/** The name that a cluster's keeper holds on this machine: two checkouts with one cache share a cluster. */
export function keeperName(cluster: string): string {
  return `podflow-${cluster}-${shortHash(cacheFolder()).slice(0, 6)}`;
}

/** Every state folder of this cluster begins so. Short, because a socket's path may have 107 bytes. */
export function statePrefix(cluster: string): string {
  return join(tmpdir(), `${keeperName(cluster)}-`);
}

/** The components' logs, which outlive the cluster so that a failure can be read afterwards. */
export function logFolder(cluster: string): string {
  return join(cacheFolder(), "log", cluster);
}
