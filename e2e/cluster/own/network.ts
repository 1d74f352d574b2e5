import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { holdName } from "./lock.ts";
import { cacheFolder } from "./paths.ts";

/** How many clusters of our own one machine can have at a time. */
const SLOTS = 16;

/** The addresses of one cluster: on the loopback interface, or on a bridge of its own. */
export interface Network {
  bridge: string;
  /** The node's address, which Kubernetes does not allow to be 127.0.0.1. */
  node: string;
  pods: string;
  services: string;
  /** The API server as pods reach it: the first address of the services. */
  api: string;
}

/** The addresses of the cluster in this slot, 0 to 15: a sixteenth of 10.254.0.0/16 each. */
export function networkOfSlot(slot: number): Network {
  const base = slot * 16;
  return {
    bridge: `podflow${slot}`,
    node: `10.254.${base}.1`,
    services: `10.254.${base + 4}.0/24`,
    api: `10.254.${base + 4}.1`,
    pods: `10.254.${base + 8}.0/21`,
  };
}

/** Takes the first slot that no other cluster of this machine has, for as long as this process lives. */
export async function takeSlot(): Promise<number> {
  for (let slot = 0; slot < SLOTS; slot += 1) {
    if (await holdName(`podflow-slot-${slot}`, (socket) => socket.destroy())) return slot;
  }
  throw new Error(
    `${SLOTS} clusters run on this machine already; stop one with "npm run cluster down".`,
  );
}

/** Gives this machine the node's and the API server's address. */
export async function raiseNetwork(network: Network): Promise<void> {
  await keepLinksQuiet();
  await runCommand("ip", ["link", "set", "lo", "up"]);
  for (const address of [network.node, network.api]) {
    await runCommand("ip", ["address", "replace", `${address}/32`, "dev", "lo"]);
  }
}

/** Takes the addresses and the bridge away again, as far as they are there. */
export async function dropNetwork(network: Network): Promise<void> {
  const addresses = await runCommand("ip", ["-oneline", "address", "show", "dev", "lo"]);
  for (const address of [network.node, network.api]) {
    if (!addresses.includes(`${address}/32`)) continue;
    await runCommand("ip", ["address", "del", `${address}/32`, "dev", "lo"]);
  }
  const isLast = !(await runCommand("ip", ["-oneline", "address", "show", "dev", "lo"])).includes(
    " 10.254.",
  );
  if (isLast) await letLinksSpeak();
  const links = await runCommand("ip", ["-oneline", "link", "show"]);
  if (links.includes(`: ${network.bridge}:`)) {
    await runCommand("ip", ["link", "del", network.bridge]);
  }
}

const ADDRESS_MODE = "/proc/sys/net/ipv6/conf/default/addr_gen_mode";
const NO_ADDRESS = "1";
const modeBefore = (): string => join(cacheFolder(), "addr-gen-mode-before");

/**
 * This machine's ends of the pods' links get no IPv6 address of their own, which nothing uses: a
 * browser on this machine drops the connections that it is opening whenever an address comes or goes
 * (Chromium's ERR_NETWORK_CHANGED), and pods come and go all the time.
 */
async function keepLinksQuiet(): Promise<void> {
  // Without IPv6 there is nothing to keep quiet.
  if (!existsSync(ADDRESS_MODE)) return;
  const mode = (await readFile(ADDRESS_MODE, "utf8")).trim();
  if (mode === NO_ADDRESS) return;
  await writeFile(modeBefore(), mode);
  await writeFile(ADDRESS_MODE, NO_ADDRESS);
}

/** New links get their addresses as before. */
async function letLinksSpeak(): Promise<void> {
  if (!existsSync(modeBefore())) return;
  await writeFile(ADDRESS_MODE, await readFile(modeBefore(), "utf8"));
  await rm(modeBefore());
}
