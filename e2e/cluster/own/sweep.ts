import { readFile, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { processesInCgroup, removeCgroup } from "./cgroup.ts";
import { runCommand } from "./command.ts";
import { connectName } from "./lock.ts";
import { dropNetwork, type Network, networkOfSlot } from "./network.ts";

/** Marks every process of a cluster, containerd's shims included, in its environment. */
export const MARK = "PODFLOW_CLUSTER_STATE";
const LIMIT_MS = 20_000;

/** In the state folder: which addresses the cluster had. */
export const SLOT_FILE = "slot";

/** Removes what is left of clusters whose keeper was killed; `own` is the keeper who asks. */
export async function sweepDeadClusters(own: string): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const keeper = /^(podflow-.+-[0-9a-f]{6})-[0-9a-f]{8}$/.exec(name)?.[1];
    if (!keeper) continue;
    const living = keeper === own ? null : await connectName(keeper);
    if (living) {
      living.destroy();
      continue;
    }
    const state = join(tmpdir(), name);
    const slot = await readFile(join(state, SLOT_FILE), "utf8").catch(() => "0");
    await sweep(state, keeper, networkOfSlot(Number(slot)));
  }
}

/**
 * Ends every process of the cluster with this state folder, its containers included, and removes
 * mounts, cgroups, network and the folder. For a cluster that runs and for what a killed one left.
 * @throws Error when a process does not end within 20 s.
 */
export async function sweep(state: string, cgroup: string, network: Network): Promise<void> {
  const processes = async (): Promise<number[]> => [
    ...(await processesWithMark(state)),
    ...(await processesInCgroup(cgroup)),
  ];
  const deadline = Date.now() + LIMIT_MS;
  for (let left = await processes(); left.length > 0; left = await processes()) {
    if (Date.now() > deadline) {
      throw new Error(
        `Processes ${left.join(", ")} of the cluster in ${state} do not end; end them by hand.`,
      );
    }
    for (const pid of left) kill(pid);
    await pause(20);
  }
  await removeShimSockets(state);
  await unmountBelow(state);
  await removeCgroup(cgroup);
  await dropNetwork(network);
  await removeByName("/var/lib/cni/results", (name) => name.startsWith(`${network.bridge}-`));
  await removeLogLinks(state);
  await rm(state, { recursive: true, force: true });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It ended by itself since it was listed.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function processesWithMark(state: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    // A process that ends while we look has no environment any more.
    const environment = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
    if (environment.split("\0").includes(`${MARK}=${state}`)) found.push(Number(name));
  }
  return found;
}

async function unmountBelow(state: string): Promise<void> {
  const mounts = await readFile("/proc/mounts", "utf8");
  const paths = mounts
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${state}/`));
  for (const path of paths.toReversed()) await runCommand("umount", ["-l", path]);
}

/** A shim's socket lies outside the state folder, and only the shim's own bootstrap file says where. */
async function removeShimSockets(state: string): Promise<void> {
  const tasks = join(state, "run/containerd/io.containerd.runtime.v2.task/k8s.io");
  for (const task of await readdir(tasks).catch(() => [])) {
    const text = await readFile(join(tasks, task, "bootstrap.json"), "utf8").catch(() => "");
    const socket = /"unix:\/\/([^"]+)"/.exec(text)?.[1];
    if (socket) await rm(socket, { force: true });
  }
}

async function removeByName(folder: string, wanted: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (wanted(name)) await rm(join(folder, name));
  }
}

/** The kubelet links each container's log here, whatever its settings say. */
async function removeLogLinks(state: string): Promise<void> {
  const folder = "/var/log/containers";
  for (const name of await readdir(folder).catch(() => [])) {
    const target = await readlink(join(folder, name)).catch(() => "");
    if (target.startsWith(`${state}/`)) await rm(join(folder, name));
  }
}
