import { expect, test } from "vitest";
import type { Problem } from "#lib/core/flow-view.ts";
import { problemCounts, sortedProblems } from "./problem-counts.ts";

const problem = (severity: Problem["severity"], line: number): Problem => ({
  severity,
  code: "x",
  message: `${severity} at ${line}`,
  path: "",
  range: { startLine: line, startColumn: 1, endLine: line, endColumn: 2 },
});

test.each<[Problem["severity"][], string]>([
  [[], "No problems"],
  [["error"], "1 error"],
  [["warning", "error", "error"], "2 errors, 1 warning"],
  [["info", "info"], "2 hints"],
])("%j read %s", (severities, expected) => {
  expect(problemCounts(severities.map((severity) => problem(severity, 1)))).toBe(expected);
});

test("errors come first, then what is further up", () => {
  const sorted = sortedProblems([
    problem("warning", 1),
    problem("error", 9),
    problem("error", 2),
    problem("info", 1),
  ]);
  expect(sorted.map((each) => each.message)).toEqual([
    "error at 2",
    "error at 9",
    "warning at 1",
    "info at 1",
  ]);
});
