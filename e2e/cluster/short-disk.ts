import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "./contract.ts";
import { setEvictionLimit } from "./eviction-limit.ts";
import { runCommand } from "./own/command.ts";

/** What the kubelet itself keeps on its disk. */
const OWN_BYTES = 8 * 1024 ** 2;

/** The disk of a node, for what the kubelet keeps and pods write into their volumes. */
export interface SmallDisk {
  /** What is on it stays. */
  resize(mebibytes: number): Promise<void>;
  /** Waits until what pods wrote is gone, as it is soon after them, when there is room to remove it. */
  untilEmpty(signal: AbortSignal): Promise<void>;
  /** From now on the node counts as short of disk when less than this is free, and evicts. */
  keepFree(mebibytes: number): Promise<void>;
}

/**
 * Gives the node such a disk of its own, for as long as the cluster lives. For a cluster of our own
 * that nobody shares and that has no pod yet.
 */
export async function giveSmallDisk(cluster: Cluster): Promise<SmallDisk> {
  const { kubeconfigPath, control } = cluster;
  if (!control) throw new Error("The kubelet of this cluster is not ours.");
  const folder = join(dirname(kubeconfigPath), "data/kubelet");
  await control.kill("kubelet");
  // Whatever is mounted below the cluster's folder goes with it.
  await runCommand("mount", ["-t", "tmpfs", "podflow-disk", folder]);
  await control.start("kubelet");
  return {
    resize: async (mebibytes) => {
      await runCommand("mount", ["-o", `remount,size=${mebibytes}m`, folder]);
    },
    untilEmpty: async (signal) => {
      for (;;) {
        const { bsize, blocks, bfree } = await statfs(folder);
        if ((blocks - bfree) * bsize < OWN_BYTES) return;
        await pause(100, undefined, { signal });
      }
    },
    keepFree: (mebibytes) => setEvictionLimit(cluster, "nodefs.available", mebibytes),
  };
}
