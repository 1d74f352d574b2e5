import { expect } from "vitest";
import type { Problem } from "#lib/core/flow-view.ts";

export const SHELL = "io.kestra.plugin.scripts.shell.Commands";
export const HEAD = "id: a\nnamespace: b\n";
export const TASKS = `tasks:\n  - id: t\n    type: ${SHELL}\n    commands: [ls]\n`;

/** The text that the problem points at. */
export function marked(source: string, { range }: Problem): string {
  const lines = source.split("\n").slice(range.startLine - 1, range.endLine);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? "").slice(0, range.endColumn - 1);
  return lines.join("\n").slice(range.startColumn - 1);
}

/** The source with the problem's fix applied. */
export function fixed(source: string, problem: Problem): string {
  const offset = (line: number, column: number): number =>
    source
      .split("\n")
      .slice(0, line - 1)
      .join("\n").length +
    (line > 1 ? 1 : 0) +
    column -
    1;
  return (problem.fix?.edits ?? []).toReversed().reduce((text, { range, text: replacement }) => {
    const start = offset(range.startLine, range.startColumn);
    return text.slice(0, start) + replacement + text.slice(offset(range.endLine, range.endColumn));
  }, source);
}

/** The one problem that there is. */
export function single(problems: Problem[]): Problem {
  expect(problems.map((problem) => problem.message)).toHaveLength(1);
  const [problem] = problems;
  if (problem === undefined) throw new Error("no problem");
  return problem;
}
