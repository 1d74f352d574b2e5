import { readFileSync } from "node:fs";

/** The label of everything that a bench makes in a cluster; its value says which bench. */
export const MARK_LABEL = "podflow-bench";
/** This bench: this boot of this machine, the process, and when the process began. */
export const MARK = [bootOf(), process.pid, beganAt(process.pid)].join(".");
/** In a URL: what this bench made, whatever it is. */
export const MARKED = `labelSelector=${MARK_LABEL}%3D${MARK}`;

/** Whether a bench of this machine had this mark and has ended; of others nothing is known. */
export function isLeft(mark: string): boolean {
  const [boot, pid = "", began] = mark.split(".");
  return boot === bootOf() && /^\d+$/.test(pid) && beganAt(Number(pid)) !== began;
}

function bootOf(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
}

/** In ticks since the boot; null when there is no such process. */
function beganAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Behind the name, which may have anything in it: state is the third field, the start the 22nd.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
