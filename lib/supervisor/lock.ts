import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const holder = z.object({ pid: z.number(), url: z.string() });

/**
 * Takes the data folder for this process.
 * @returns what lets it go again
 * @throws Error that names the pid and the URL of the one that has it
 */
export function lockDataFolder(dataFolder: string, url: string): () => void {
  mkdirSync(join(dataFolder, "run"), { recursive: true });
  const file = join(dataFolder, "run", "supervisor.pid");
  const mine = JSON.stringify({ pid: process.pid, url });
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      const other = readHolder(file);
      if (other && isRunning(other.pid, "lib/supervisor/main.ts")) {
        throw new Error(
          `Podflow already runs on ${dataFolder}: process ${other.pid}, ${other.url}. Stop it first, or set PODFLOW_DATA and PORT for a second one.`,
          { cause: error },
        );
      }
      rmSync(file, { force: true });
    }
  }
}

function readHolder(file: string): z.infer<typeof holder> | null {
  try {
    return holder.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Half written by a process that died, or just removed: nobody holds it.
    return null;
  }
}

/** Whether the process lives and its command line has this mark, so that a reused pid is not ours. */
export function isRunning(pid: number, mark: string): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== "linux") return true;
    if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return false;
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(mark);
  } catch {
    // No such process.
    return false;
  }
}
