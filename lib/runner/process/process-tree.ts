import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { isCode, MARK } from "./attempt-folder.ts";

/** The processes of one attempt: those of its session, and those that left it but carry its mark. */
export interface ProcessTree {
  /** Process id of the session's leader; null when it never began. */
  session: number | null;
  attemptId: string;
}

interface ProcessStat {
  state: string;
  session: number;
  /** Clock ticks since the machine's start. */
  startTicks: string;
}

/**
 * What tells this process from every other one that had or will have its number; null when there is
 * no such process (any more). A zombie has ended.
 */
export function processStamp(pid: number): string | null {
  if (process.platform !== "linux") return stampByPs(pid);
  const stat = readStat(pid);
  if (!stat || stat.state === "Z" || stat.state === "X") return null;
  return `${bootId()}:${stat.startTicks}`;
}

/** Whether the process that had this stamp still runs. */
export function isAlive(pid: number, stamp: string): boolean {
  return processStamp(pid) === stamp;
}

/** Sends the signal to every process of the attempt, and says how many there were. */
export function signalTree(tree: ProcessTree, signal: "SIGTERM" | "SIGKILL"): number {
  const pids = process.platform === "linux" ? findTree(tree) : [];
  if (process.platform !== "linux" && tree.session !== null) pids.push(-tree.session);
  return pids.filter((pid) => sendSignal(pid, signal)).length;
}

/** Sends a signal; false when there is no such process (any more). */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    // EPERM: the number belongs to somebody else by now.
    if (isCode(error, "ESRCH", "EPERM")) return false;
    throw error;
  }
}

function findTree(tree: ProcessTree): number[] {
  const mark = `${MARK}=${tree.attemptId}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const stat = readStat(pid);
      if (!stat || stat.state === "Z" || pid === process.pid) return false;
      return stat.session === tree.session || readProc(pid, "environ").split("\0").includes(mark);
    });
}

/** proc(5): the name in parentheses may itself hold spaces and parentheses. */
function readStat(pid: number): ProcessStat | null {
  const text = readProc(pid, "stat");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, , , session] = fields;
  const startTicks = fields[19];
  if (!state || !session || !startTicks) return null;
  return { state, session: Number(session), startTicks };
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    // It has ended meanwhile, or it is somebody else's: not ours either way.
    return "";
  }
}

let boot: string | null = null;
function bootId(): string {
  boot ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return boot;
}

function stampByPs(pid: number): string | null {
  try {
    const text = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    return text === "" || text.startsWith("Z") ? null : text.replace(/^\S+\s+/, "");
  } catch {
    // ps exits with 1 when there is no such process.
    return null;
  }
}
