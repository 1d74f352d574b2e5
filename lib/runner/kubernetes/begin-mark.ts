import { posix } from "node:path";
import { labelValue } from "./pod-name.ts";

/**
 * The first line that main prints where its command is a shell. The log API gives a node's current
 * file only, so that a log which lost its beginning to a rotation looks whole; one that begins with
 * this line has its beginning.
 */
export function beginMark(attemptId: string): string {
  return `podflow: the log of attempt ${labelValue(attemptId)} begins here`;
}

/** `set -e` alone on the first line, as Podflow's own scripts begin, is a line that every shell can read. */
const FAIL_FAST = "set -e\n";
/** bash reads the file in BASH_ENV before the script, and that file may print or end the shell. */
const READS_NO_FILE_FIRST = new Set(["sh", "ash", "dash"]);
/** Linux gives one argument 128 KiB (MAX_ARG_STRLEN). */
const MAX_SCRIPT_BYTES = 127 * 1024;

/**
 * A command that prints the mark, does these steps of shell and then becomes the given one, whose
 * first word is a shell: the process, its signals and its exit code are the command's own. `echo` is
 * a builtin of every shell, so the mark starts no program and needs none.
 *
 * A script of ours prints the mark itself, on its first line so that no other line's number changes.
 * A second shell would take a millisecond, and that costs a short program half a second: the kubelet
 * looks at a pod's containers when it has started them, and then once a second.
 */
export function markedCommand(
  command: string[],
  attemptId: string,
  steps: string[] = [],
): string[] {
  const [shell = "sh", option, text = ""] = command;
  const mark = `echo '${beginMark(attemptId)}'`;
  const isOurs = option === "-c" && command.length === 3 && text.startsWith(FAIL_FAST);
  const program = posix.basename(shell);
  if (isOurs && READS_NO_FILE_FIRST.has(program) && steps.length === 0) {
    if (Buffer.byteLength(text) <= MAX_SCRIPT_BYTES) return [shell, "-c", `${mark}; ${text}`];
  }
  const script = [mark, ...steps, 'exec "$@"'].join("\n");
  // Without -p bash would read the file in BASH_ENV here, and then once more for the command.
  const options = program === "bash" ? ["-p"] : [];
  return [shell, ...options, "-c", script, "podflow", ...command];
}

/** Whether main's command, as the pod has it, prints the mark. */
export function hasBeginMark(command: readonly string[] | undefined, attemptId: string): boolean {
  const mark = beginMark(attemptId);
  return command?.some((word) => word.includes(`echo '${mark}'`)) ?? false;
}
