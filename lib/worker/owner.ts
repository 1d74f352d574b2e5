import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { newId } from "#lib/core/id.ts";
import { dropLeasesOf, leaseOwners } from "#lib/executions/claim.ts";

/** Names this process among all workers: where it runs, its pid, and a part that no other has. */
export function ownerName(): string {
  return `${machine()}/${process.pid}/${newId()}`;
}

/**
 * Ends the leases of workers of this machine that are dead for certain, so that what a killed worker
 * left is adopted at once instead of when its leases lapse.
 */
export async function dropDeadOwners(own: string): Promise<void> {
  for (const owner of await leaseOwners()) {
    if (owner !== own && isDead(owner)) await dropLeasesOf(owner);
  }
}

function isDead(owner: string): boolean {
  const [where, pid] = owner.split("/");
  if (where !== machine() || !pid || !/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return isZombie(pid);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}

/** A killed process that nobody waited for still has its pid. */
function isZombie(pid: string): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false; // no /proc, or gone just now: the lease lapses by itself
  }
}

let known: string | null = null;

/** This boot of this machine and this space of pids; the host's name where that is not known. */
function machine(): string {
  known ??= identify();
  return known;
}

function identify(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const pids = readlinkSync("/proc/self/ns/pid").replaceAll(/\D/g, "");
    return `${boot}:${pids}`;
  } catch {
    return `${hostname()}:${newId()}`; // never equal to another's: leases lapse by themselves
  }
}
