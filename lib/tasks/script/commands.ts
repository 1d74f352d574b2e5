const SHELLS = new Set(["sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"]);
export const DEFAULT_INTERPRETER: readonly string[] = ["/bin/sh", "-c"];

/** The one text that the interpreter gets: one process, so that `cd` and `export` persist. */
export function joinedCommands(
  interpreter: readonly string[],
  commands: { isFailFast: boolean; before: readonly string[]; main: readonly string[] },
): string {
  const failFast = commands.isFailFast && isShell(interpreter) ? ["set -e"] : [];
  return [...failFast, ...commands.before, ...commands.main].join("\n");
}

/** Whether the interpreter knows `set -e`. */
export function isShell(interpreter: readonly string[]): boolean {
  const program = interpreter[0]?.split("/").at(-1) ?? "";
  const isEnv = program === "env" ? interpreter[1] : program;
  return SHELLS.has(isEnv ?? "");
}

/** The text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
