import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { NamedManifest } from "../images/build.ts";
import { pushManifests } from "../images/push.ts";
import { makeCgroup } from "./cgroup.ts";
import { runCommand } from "./command.ts";
import type { ComponentName } from "./components.ts";
import { networkOfSlot, raiseNetwork } from "./network.ts";
import { keeperName, logFolder, statePrefix } from "./paths.ts";
import { makeCertificates, writeAdminKubeconfig } from "./pki.ts";
import { untilReady } from "./ready.ts";
import { type Ports, SANDBOX_IMAGE, type Settings, writeSettings } from "./settings.ts";
import type { Supervisor } from "./supervisor.ts";
import { SLOT_FILE } from "./sweep.ts";

/** Makes the state folder of a new cluster: certificates, configuration, kubeconfig, empty logs. */
export async function prepare(
  cluster: string,
  made: { binaries: string; blobs: string },
  slot: number,
): Promise<Settings> {
  const network = networkOfSlot(slot);
  const state = `${statePrefix(cluster)}${randomBytes(4).toString("hex")}`;
  await mkdir(join(state, "run"), { recursive: true, mode: 0o700 });
  const logs = await emptyLogFolder(cluster);
  const cgroup = keeperName(cluster);
  const settings = { cluster, ...made, state, logs, cgroup, network, ports: await freePorts(slot) };
  await makeCertificates(join(state, "pki"), network);
  await writeAdminKubeconfig(state, settings.ports.api);
  await writeFile(join(state, SLOT_FILE), `${slot}`);
  await writeSettings(settings);
  await makeCgroup(cgroup);
  await raiseNetwork(network);
  return settings;
}

/** The logs of the run before stay readable beside the new ones, as `<cluster>.previous`. */
async function emptyLogFolder(cluster: string): Promise<string> {
  const folder = logFolder(cluster);
  await rm(`${folder}.previous`, { recursive: true, force: true });
  if (existsSync(folder)) await rename(folder, `${folder}.previous`);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Clusters that start at the same time each look from another port on. */
async function freePorts(slot: number): Promise<Ports> {
  const step = slot * 10;
  return {
    api: await freePort(6443 + step),
    registry: await freePort(5000 + step),
    kubelet: await freePort(10250 + step),
    etcd: await freePort(2379 + step),
    etcdPeer: await freePort(2380 + step),
  };
}

/** The usual port when nobody has it, else one that the system gives. */
async function freePort(usual: number): Promise<number> {
  for (const port of [usual, 0]) {
    const server = createServer();
    const got = await new Promise<number | null>((resolve) => {
      server.once("error", () => resolve(null));
      server.listen({ port, host: "0.0.0.0" }, () => {
        const address = server.address();
        resolve(typeof address === "object" && address ? address.port : null);
      });
    });
    await new Promise((resolve) => server.close(resolve));
    if (got !== null) return got;
  }
  throw new Error("This machine has no free port.");
}

/** Starts every component and returns when the node takes pods. */
export async function launch(supervisor: Supervisor, manifests: NamedManifest[]): Promise<void> {
  for (const name of ["registry", "etcd", "containerd", "apiserver"] as const)
    supervisor.start(name);
  const images = startImages(supervisor, manifests);
  // Without this an early failure here would end the process before the API server's own is told.
  images.catch(() => undefined);
  await untilReady("apiserver", supervisor);
  for (const name of ["forward", "dns", "controllers", "scheduler"] as const) {
    supervisor.start(name);
  }
  await images;
  supervisor.start("kubelet");
  for (const name of ["forward", "controllers", "kubelet"] as const)
    await untilReady(name, supervisor);
}

/** The sandbox image must be there before the kubelet's first pod; busybox saves that pod's pull. */
async function startImages(supervisor: Supervisor, manifests: NamedManifest[]): Promise<void> {
  const { binaries, state } = supervisor.settings;
  await startRegistry(supervisor, manifests);
  await untilReady("containerd", supervisor);
  for (const image of [SANDBOX_IMAGE, "docker.io/library/busybox:latest"]) {
    await runCommand(join(binaries, "ctr"), [
      "-a",
      join(state, "run/containerd.sock"),
      "-n",
      "k8s.io",
      "images",
      "pull",
      "--hosts-dir",
      join(state, "certs.d"),
      image,
    ]);
  }
}

async function startRegistry(supervisor: Supervisor, manifests: NamedManifest[]): Promise<void> {
  supervisor.start("registry");
  await untilReady("registry", supervisor);
  await pushManifests(`127.0.0.1:${supervisor.settings.ports.registry}`, manifests);
}

/** Starts one component again and returns when it does its work. */
export async function restore(
  name: ComponentName,
  supervisor: Supervisor,
  manifests: NamedManifest[],
): Promise<void> {
  if (name === "registry") return startRegistry(supervisor, manifests);
  supervisor.start(name);
  await untilReady(name, supervisor);
}
