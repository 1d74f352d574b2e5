import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const LOOK_MS = 2000;
/** Of all processors. */
const IDLE_SHARE = 0.25;
const PATIENCE_MS = 90_000;

/** Of all processors together: `user nice system idle iowait irq softirq …` (proc_stat(5)). */
function ticks(): { busy: number; all: number } {
  const [first = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const fields = first.trim().split(/\s+/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0] = fields;
  const busy = user + nice + system + irq + softirq;
  return { busy, all: busy + idle + iowait };
}

/** Of one process, with `utime` and `stime` as the 14th and 15th field (proc_pid_stat(5)). */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may have blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

/** Which share of all that the machine's processors did from now on these processes did, 0 to 1. */
export function watchShare(pids: number[]): () => number {
  const own = (): number => pids.reduce((sum, pid) => sum + ticksOf(pid), 0);
  const [busyBefore, ownBefore] = [ticks().busy, own()];
  return () => (own() - ownBefore) / (ticks().busy - busyBefore);
}

/**
 * Waits until this machine does next to nothing, a minute and a half at most. Pods that are gone from
 * the API are still taken down by the kubelet, hundreds of them for half a minute.
 */
export async function untilIdle(): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline;) {
    const before = ticks();
    await pause(LOOK_MS);
    const after = ticks();
    if (after.busy - before.busy < IDLE_SHARE * (after.all - before.all)) return;
  }
}
