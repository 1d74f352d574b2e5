import { readFileSync } from "node:fs";

/** Of all processors together: `user nice system idle iowait irq softirq …` (proc_stat(5)). */
function busyTicks(): number {
  const [first = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = first
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return user + nice + system + irq + softirq;
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
  const [busyBefore, ownBefore] = [busyTicks(), own()];
  return () => (own() - ownBefore) / (busyTicks() - busyBefore);
}
