import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { openClusterClient } from "./cluster-client.ts";
import { type CountingProxy, openCountingProxy } from "./counting-proxy.ts";
import { makeFolder, removeLeftBehind } from "./left-behind.ts";
import { type Bench, openBench } from "./product-bench.ts";

/** Of each part of a session. */
const END_MS = 90_000;

/** What the measures work with, until one of them breaks. */
export interface Tools {
  bench: Bench;
  proxy: CountingProxy;
  folder: string;
  /** Ends all of it, also what a broken measure still does; never rejects. */
  close(): Promise<void>;
}

/** The product and the bench's eyes on a cluster. @throws Error when the product does not start */
export async function openTools(
  { kubeconfigPath }: Cluster,
  log: (line: string) => void,
  slots?: number,
): Promise<Tools> {
  const folder = makeFolder();
  const ends: (() => Promise<void> | void)[] = [
    () => rmSync(folder, { recursive: true, force: true }),
  ];
  const close = async (): Promise<void> => {
    for (let end = ends.pop(); end; end = ends.pop()) {
      try {
        await Promise.race([end(), late()]);
      } catch (error) {
        log(`The bench leaves something behind, which its next run removes: ${String(error)}`);
      }
    }
  };
  try {
    const proxy = await openCountingProxy(kubeconfigPath, folder);
    ends.push(() => proxy.close());
    const bench = await openBench({
      kubeconfigPath,
      moreKubeconfigs: [proxy.kubeconfigPath],
      dataFolder: join(folder, "product"),
      ...(slots !== undefined && { slots }),
    });
    ends.push(() => bench.close());
    return { bench, proxy, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function late(): Promise<never> {
  await pause(END_MS, undefined, { ref: false });
  throw new Error(`An end took longer than ${END_MS / 1000} s.`);
}

/** Removes what killed runs of the bench left in the cluster and on this machine. */
export async function tidy({ kubeconfigPath }: Cluster, log: (line: string) => void) {
  const client = await openClusterClient(kubeconfigPath);
  try {
    const count = await removeLeftBehind(client);
    if (count > 0) log(`Removed what ${count} killed run(s) of the bench had left.`);
  } finally {
    await client.close();
  }
}
