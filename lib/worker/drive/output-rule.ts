import { relative } from "node:path/posix";
import { compileGlob } from "#lib/flow/glob.ts";
import type { FileEntry, RefusedFile, Workspace } from "#lib/runner/contract.ts";
import { taskFailure } from "#lib/tasks/task-failure.ts";

/** Which files of a working directory are outputs, and under which names. */
export interface OutputRule {
  patterns: { text: string; matches: (path: string) => boolean }[];
  /** The output directory, relative to the working directory; null: the task has none. */
  outputDir: string | null;
}

/** More refused files than these are only counted. */
const MAX_REFUSED = 20;

/** @throws TaskFailure for a pattern that cannot be read */
export function outputRule(
  patterns: readonly string[],
  workspace: Workspace,
  hasOutputDir: boolean,
): OutputRule {
  return {
    patterns: [...new Set(patterns)].map((text) => {
      try {
        return { text, matches: compileGlob(text) };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw taskFailure("task", `\`outputFiles\`: ${why}`, "Correct the pattern.");
      }
    }),
    outputDir: hasOutputDir ? relative(workspace.workingDir, workspace.outputDir) : null,
  };
}

/** Whether a pattern names the file: such a name goes before one of the output directory. */
export function isNamed(path: string, rule: OutputRule): boolean {
  return rule.patterns.some(({ matches }) => matches(path));
}

/** The names of a file among the outputs: by a pattern, by the output directory, or none. */
export function outputName(path: string, rule: OutputRule): string | null {
  if (isNamed(path, rule)) return path;
  const prefix = rule.outputDir === null ? null : `${rule.outputDir}/`;
  return prefix !== null && path.startsWith(prefix) ? path.slice(prefix.length) : null;
}

/** What whoever wrote the flow should know: patterns that name nothing, and what was refused. */
export function outputRemarks(
  files: readonly FileEntry[],
  refused: readonly RefusedFile[],
  rule: OutputRule,
): string[] {
  const wanted = refused.filter(({ path }) => outputName(path, rule) !== null);
  const remarks = wanted
    .slice(0, MAX_REFUSED)
    .map(({ path, why }) => `${path} is no output file, because it ${why}.`);
  const more = wanted.length - remarks.length;
  if (more > 0) remarks.push(`${more} more files are no output files for such reasons.`);
  const all = [...files, ...refused];
  const unmatched = rule.patterns.filter(({ matches }) => !all.some(({ path }) => matches(path)));
  return [
    ...unmatched.map(
      ({ text }) => `\`outputFiles\`: no file matches \`${text}\`.${hint(text, files)}`,
    ),
    ...remarks,
  ];
}

/** `**` and a slash ask for a folder, which surprises those who know other tools. */
function hint(pattern: string, files: readonly FileEntry[]): string {
  if (!pattern.startsWith("**/")) return "";
  const rest = pattern.slice("**/".length);
  const found = files.find(({ path }) => compileGlob(rest)(path));
  return found ? ` \`${found.path}\` is in no folder: write \`${rest}\`.` : "";
}
