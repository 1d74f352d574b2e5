import { dirname } from "node:path";

/** The environment for a program of ours: this process's, the project's own Node first in PATH, and `extra`. */
export function childEnvironment(extra: Record<string, string>): NodeJS.ProcessEnv {
  const { env } = process;
  return { ...env, PATH: `${dirname(process.execPath)}:${env["PATH"] ?? ""}`, ...extra };
}
