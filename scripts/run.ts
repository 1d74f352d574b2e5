import { spawn } from "node:child_process";
import { join } from "node:path";
import { childEnvironment } from "#lib/config/child-environment.ts";

export const ROOT = join(import.meta.dirname, "..");

export interface RunResult {
  code: number;
  output: string;
}

/** Runs one of the project's own tools (a script for Node) and returns what it printed. */
export async function runTool(
  args: string[],
  {
    shows = false,
    environment = {},
  }: { shows?: boolean; environment?: Record<string, string> } = {},
): Promise<RunResult> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: childEnvironment({ NEXT_TELEMETRY_DISABLED: "1", ...environment }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      chunks.push(chunk);
      if (shows) process.stdout.write(chunk);
    });
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (ended) => resolve(ended ?? 1));
  });
  return { code, output: chunks.join("") };
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
