import { taskFailure } from "../task-failure.ts";
import type { PlannedFile } from "../task-type.ts";
import { isShell, shellWord } from "./commands.ts";

/** Linux gives one argument, or one variable with its name, 128 KiB with the byte that ends it (MAX_ARG_STRLEN). */
const MAX_BYTES = 128 * 1024 - 1;
const LIMIT = "Linux allows 128 KiB";
/** In the working directory, as the files of the other script types are. */
const FILE = ".script.sh";

/** Whether Linux starts no program with this text as one argument. */
export function isTooLong(text: string): boolean {
  return Buffer.byteLength(text) > MAX_BYTES;
}

/**
 * What the interpreter gets for this text. One that is too long for an argument becomes a file that
 * the shell reads as its own text, so that `cd`, `exit` and `set` mean what they mean otherwise.
 * @throws TaskFailure of kind `config` for an interpreter that is no shell
 */
export function scriptArgument(
  interpreter: readonly string[],
  text: string,
  workingDir: string,
): { argument: string; files: PlannedFile[] } {
  if (!isTooLong(text)) return { argument: text, files: [] };
  if (!isShell(interpreter)) {
    const bytes = Buffer.byteLength(text);
    throw taskFailure(
      "config",
      `The commands have ${bytes} bytes, and ${LIMIT} for the one argument that \`${interpreter.join(" ")}\` gets them in.`,
      "Hand the program over as a file by `inputFiles` and run that file.",
    );
  }
  return {
    argument: `. ${shellWord(`${workingDir}/${FILE}`)}`,
    files: [{ path: FILE, content: { kind: "text", text }, isExecutable: false }],
  };
}

/** @throws TaskFailure of kind `config` that names the variable which no program can be started with */
export function refuseLongVariables(env: Record<string, string>): void {
  for (const [name, value] of Object.entries(env)) {
    const bytes = Buffer.byteLength(`${name}=${value}`);
    if (bytes <= MAX_BYTES) continue;
    throw taskFailure(
      "config",
      `The environment variable \`${name}\` has ${bytes} bytes, and ${LIMIT} for one.`,
      "Hand the value over as a file by `inputFiles`.",
    );
  }
}
