import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "./find-program.ts";

export interface MachineTool {
  name: string;
  /** null: not installed. */
  path: string | null;
  /** e.g. `3.12.1`; null when it does not say. */
  version: string | null;
}

/** What the tasks of most flows need; `python3` serves for `python`, as in start-run.ts. */
const TOOLS = [
  { name: "sh", files: ["sh"], tellsVersion: false },
  { name: "bash", files: ["bash"], tellsVersion: true },
  { name: "python", files: ["python", "python3"], tellsVersion: true },
  { name: "node", files: ["node"], tellsVersion: true },
];
const VERSION_MS = 5000;
const run = promisify(execFile);

/** Which tools this machine has, and their versions. */
export async function checkMachine(
  searchPath: string,
  signal: AbortSignal,
): Promise<MachineTool[]> {
  return Promise.all(
    TOOLS.map(async ({ name, files, tellsVersion }) => {
      const path = await firstOf(files, searchPath);
      const version = path && tellsVersion ? await versionOf(path, searchPath, signal) : null;
      return { name, path, version };
    }),
  );
}

async function firstOf(files: string[], searchPath: string): Promise<string | null> {
  for (const file of files) {
    const path = await findProgram(file, searchPath);
    if (path) return path;
  }
  return null;
}

async function versionOf(
  path: string,
  searchPath: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const env = { PATH: searchPath, NODE_ENV: "production" } as const;
    const { stdout, stderr } = await run(path, ["--version"], { timeout: VERSION_MS, signal, env });
    return /\d+(\.\d+)+/.exec(`${stdout}\n${stderr}`)?.[0] ?? null;
  } catch {
    signal.throwIfAborted();
    // It is there but does not say: its version is all that is unknown.
    return null;
  }
}
