import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Cluster } from "./contract.ts";

/**
 * From now on the node counts as short of memory or disk when less than this is free, and evicts. For
 * a cluster of our own that nobody shares.
 */
export async function setEvictionLimit(
  { kubeconfigPath, control }: Cluster,
  signal: "memory.available" | "nodefs.available",
  mebibytes: number,
): Promise<void> {
  if (!control) throw new Error("The kubelet of this cluster is not ours.");
  const path = join(dirname(kubeconfigPath), "kubelet.yaml");
  const settings = await readFile(path, "utf8");
  const [before = "", after = ""] = settings.split(`${signal}: `);
  await writeFile(path, `${before}${signal}: ${after.replace(/"[^"]*"/, `"${mebibytes}Mi"`)}`);
  await control.restart("kubelet");
}
