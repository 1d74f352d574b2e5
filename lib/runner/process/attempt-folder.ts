import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ending, RunIdentity } from "../contract.ts";

/** Where the parts of an attempt are. Everything is below one folder that only we may enter. */
export interface AttemptFolder {
  root: string;
  /** StoredSpec; there from the folder's first moment. */
  spec: string;
  /** The working directory of the user's code. */
  work: string;
  temporary: string;
  /** Programs that we lend to the user's code, after all others. */
  programs: string;
  /** Input files that are still being written. */
  incoming: string;
  /** Records of log-record.ts. */
  log: string;
  /** What the keeper itself had to say: empty unless something of ours is broken. */
  keeperLog: string;
  /** StoredKeeper; whoever makes it is the only one who may start the code. */
  keeper: string;
  /** StoredStart; the code has begun. */
  started: string;
  /** StoredStop: somebody wants it ended. */
  stop: string;
  /** StoredEnding. */
  ending: string;
  /** Room on the disk that is already ours, so that the ending can be written when the disk is full. */
  reserve: string;
  /** There when all input files are. */
  delivered: string;
}

export interface StoredSpec {
  installationId: string;
  attemptId: string;
  identity: RunIdentity;
  command: string[];
  env: Record<string, string>;
  timeoutSeconds: number | null;
  /** ISO 8601. */
  createdAt: string;
}

export interface StoredKeeper {
  pid: number;
  /** process-tree.ts processStamp: another process of the same number has another one. */
  stamp: string;
  /** It is no keeper but the end of an attempt that never began. */
  isRemoval: boolean;
}

export interface StoredStart {
  /** Of the user's process, which leads a session of its own. */
  pid: number;
  /** ISO 8601. */
  startedAt: string;
}

export interface StoredStop {
  graceSeconds: number;
}

export interface StoredEnding {
  ending: Ending;
  startedAt: string | null;
  endedAt: string;
  /** Length of the complete log. */
  logBytes: number;
}

/** The name of the environment variable that marks every process of an attempt. */
export const MARK = "PODFLOW_ATTEMPT_ID";

export function attemptFolder(folder: string, attemptId: string): AttemptFolder {
  if (!/^[0-9A-Za-z_-]{1,100}$/.test(attemptId))
    throw new Error(`"${attemptId}" cannot be an attempt's id: it would leave the folder.`);
  return attemptFolderAt(join(folder, attemptId));
}

export function attemptFolderAt(root: string): AttemptFolder {
  return {
    root,
    spec: join(root, "spec.json"),
    work: join(root, "work"),
    temporary: join(root, "tmp"),
    programs: join(root, "bin"),
    incoming: join(root, "incoming"),
    log: join(root, "log"),
    keeperLog: join(root, "keeper.log"),
    keeper: join(root, "keeper.json"),
    started: join(root, "started.json"),
    stop: join(root, "stop.json"),
    ending: join(root, "ending.json"),
    reserve: join(root, "reserve"),
    delivered: join(root, "delivered"),
  };
}

/** Makes a folder that only we may enter; one that is there already is left as it is. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** The stored value; null when the file is not there. */
export function readStored<T>(path: string): T | null {
  try {
    // Only we write into the folder (mode 0700), each file whole or not at all.
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return null;
    throw error;
  }
}

/** Whether this is an error of the operating system with one of these codes. */
export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** Whether the disk, or our share of it, is full. */
export function isDiskFull(error: unknown): boolean {
  return isCode(error, "ENOSPC", "EDQUOT", "EFBIG");
}
