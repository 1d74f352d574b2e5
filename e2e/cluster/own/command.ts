import { spawn } from "node:child_process";

interface CommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Called with each line of standard output and standard error while the program runs. */
  onLine?: (line: string) => void;
}

/**
 * Runs a program to its end and returns its standard output.
 * @throws Error with the program's last words when it cannot start or exits other than 0.
 */
export async function runCommand(
  program: string,
  args: string[],
  options: CommandOptions = {},
): Promise<string> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: string[] = [];
  const lastWords: string[] = [];
  const lines = (chunk: string): void => {
    const found = chunk.split("\n").filter((line) => line.trim() !== "");
    lastWords.push(...found);
    lastWords.splice(0, Math.max(0, lastWords.length - 8));
    for (const line of found) options.onLine?.(line);
  };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output.push(chunk);
    lines(chunk);
  });
  child.stderr.setEncoding("utf8").on("data", lines);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new Error(`Cannot run ${program}: ${cause.message}.`, { cause })),
    );
    child.once("close", resolve);
  });
  if (code !== 0) {
    const shown = [program, ...args].join(" ").slice(0, 200);
    throw new Error(`"${shown}" ended with ${code ?? "a signal"}:\n  ${lastWords.join("\n  ")}`);
  }
  return output.join("");
}

/** Whether the program is there and its call succeeds. */
export async function answers(program: string, args: string[]): Promise<boolean> {
  return runCommand(program, args).then(
    () => true,
    () => false,
  );
}
