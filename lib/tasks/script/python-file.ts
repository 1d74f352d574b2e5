/** Lets JSON that an expression put into the script be Python (LANGUAGE.md 2.1). */
const PREAMBLE = "true=True; false=False; null=None";
const COMPOUND = /^(async|class|def|for|if|match|try|while|with)\b|^[@"']|^[rbfu]{1,2}["']/i;
const FUTURE = /^from\s+__future__\s+import\s+[^(\\#]*$/;

/**
 * The script as the file that runs. The names of JSON's literals are defined in it only when it uses
 * them, and on a line that is there already, so that line numbers in tracebacks stay true.
 */
export function pythonFile(script: string): string {
  if (!/\b(true|false|null)\b/.test(script)) return script;
  const lines = script.split("\n");
  const future = lines.findLastIndex((line) => FUTURE.test(line));
  if (future !== -1) {
    return lines.with(future, `${lines[future]}; ${PREAMBLE}`).join("\n");
  }
  const first = lines.findIndex((line) => !line.startsWith("#"));
  const line = lines[first] ?? "";
  if (line.trim() === "") return lines.with(first, PREAMBLE).join("\n");
  if (!COMPOUND.test(line)) return lines.with(first, `${PREAMBLE}; ${line}`).join("\n");
  return lines.toSpliced(first, 0, PREAMBLE).join("\n");
}
