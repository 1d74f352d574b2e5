import { relative } from "node:path/posix";
import { compileGlob, compileReach } from "#lib/flow/glob.ts";
import type { FileEntry, RefusedFile, Workspace } from "#lib/runner/contract.ts";
import { taskFailure } from "#lib/tasks/task-failure.ts";

/** Which files of a working directory are outputs, and under which names. */
export interface OutputRule {
  patterns: OutputPattern[];
  /** The output directory, relative to the working directory; null: the task has none. */
  outputDir: string | null;
}

interface OutputPattern {
  text: string;
  matches: (path: string) => boolean;
  /** Whether something below this folder may match. */
  reaches: (folder: string) => boolean;
}

/** More refused files or folders than these are only counted. */
const MAX_REFUSED = 20;

const REMEDY = "Let everybody read it: `chmod a+rx`.";

/** @throws TaskFailure for a pattern that cannot be read */
export function outputRule(
  patterns: readonly string[],
  workspace: Workspace,
  hasOutputDir: boolean,
): OutputRule {
  return {
    patterns: [...new Set(patterns)].map((text) => {
      try {
        return { text, matches: compileGlob(text), reaches: compileReach(text) };
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
  const closed = refused.filter(({ isFolder }) => isFolder);
  const others = refused.filter(({ isFolder }) => !isFolder);
  const wanted = others.filter(({ path }) => outputName(path, rule) !== null);
  const remarks = wanted
    .slice(0, MAX_REFUSED)
    .map(({ path, why }) => `${path} is no output file, because it ${why}.`);
  const more = wanted.length - remarks.length;
  if (more > 0) remarks.push(`${more} more files are no output files for such reasons.`);
  const all = [...files, ...others];
  const unmatched = rule.patterns.filter(
    ({ matches, reaches }) =>
      !all.some(({ path }) => matches(path)) && !closed.some(({ path }) => reaches(path)),
  );
  return [
    ...unmatched.map(
      ({ text }) => `\`outputFiles\`: no file matches \`${text}\`.${hint(text, files)}`,
    ),
    ...remarks,
    ...closedRemarks(closed, rule),
  ];
}

/** Folders that are not known to hold anything wanted are named as well: nobody else can tell. */
function closedRemarks(closed: readonly RefusedFile[], rule: OutputRule): string[] {
  const remarks = closed.slice(0, MAX_REFUSED).map(({ path, why }) => {
    const reaching = rule.patterns.filter(({ reaches }) => reaches(path)).map(({ text }) => text);
    if (rule.outputDir !== null && `${path}/`.startsWith(`${rule.outputDir}/`))
      reaching.push("outputDirectory");
    const names = reaching.map((text) => `\`${text}\``).join(", ");
    const said = names === "" ? "" : `; ${names} may name some of it`;
    return `The folder ${path} ${why}, so that nothing in it is an output file${said}. ${REMEDY}`;
  });
  const more = closed.length - remarks.length;
  return more > 0 ? [...remarks, `${more} more folders cannot be read.`] : remarks;
}

/** `**` and a slash ask for a folder, which surprises those who know other tools. */
function hint(pattern: string, files: readonly FileEntry[]): string {
  if (!pattern.startsWith("**/")) return "";
  const rest = pattern.slice("**/".length);
  const found = files.find(({ path }) => compileGlob(rest)(path));
  return found ? ` \`${found.path}\` is in no folder: write \`${rest}\`.` : "";
}
