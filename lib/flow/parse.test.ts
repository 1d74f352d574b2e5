import { describe, expect, test } from "vitest";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { HEAD, marked, single, SHELL, TASKS } from "./one-problem.fixture.ts";
import { parseFlow } from "./parse.ts";

const only = (source: string) => single(parseFlow(source, catalogue).problems);

describe("a problem of a flow is shown where it is, and says what to do:", () => {
  test.each<[string, string, string, string | RegExp, number, string]>([
    [
      "a missing id",
      `namespace: b\n${TASKS}`,
      "missing-property",
      /`id` is missing/,
      1,
      "namespace: b",
    ],
    [
      "a missing namespace",
      `id: a\n${TASKS}`,
      "missing-property",
      /`namespace` is missing/,
      1,
      "id: a",
    ],
    [
      "no tasks",
      HEAD,
      "missing-property",
      "tasks: must not be empty: add at least one task.",
      1,
      "id: a",
    ],
    ["an empty list of tasks", `${HEAD}tasks: []\n`, "invalid-value", /must not be empty/, 3, "[]"],
    [
      "tasks that are text",
      `${HEAD}tasks: ls\n`,
      "invalid-value",
      /must be a list.*but it is `"ls"`/,
      3,
      "ls",
    ],
    [
      "a bad flow id",
      `id: -a\nnamespace: b\n${TASKS}`,
      "invalid-value",
      /`id` must begin/,
      1,
      "-a",
    ],
    [
      "a long flow id",
      `id: ${"a".repeat(101)}\nnamespace: b\n${TASKS}`,
      "invalid-value",
      /at most 100/,
      1,
      "a".repeat(101),
    ],
    [
      "a bad namespace",
      `id: a\nnamespace: Team\n${TASKS}`,
      "invalid-value",
      /lower-case/,
      2,
      "Team",
    ],
    [
      "an unknown property",
      `${HEAD}lables: {a: b}\n${TASKS}`,
      "unknown-property",
      /Did you mean `labels`/,
      3,
      "lables",
    ],
    [
      "a system label",
      `${HEAD}labels:\n  system.x: y\n${TASKS}`,
      "invalid-value",
      /offending label: system.x=y/,
      4,
      "system.x",
    ],
    [
      "a duplicate task",
      `${HEAD}${TASKS}  - id: t\n    type: ${SHELL}\n    commands: [ls]\n`,
      "duplicate-id",
      /Duplicate task id with name \[t\]: it is on line 4 already/,
      7,
      "t",
    ],
    [
      "a duplicate key",
      `${HEAD}variables:\n  tf: 1\n  tf: 2\n${TASKS}`,
      "duplicate-key",
      /Duplicate field 'tf'/,
      5,
      "tf",
    ],
    ["a tab", `${HEAD}tasks:\n\t- id: t\n`, "yaml-syntax", /A tab is used to indent/, 4, "\t"],
    ["two colons", `${HEAD}description: a: b\n${TASKS}`, "yaml-syntax", /second `: `/, 3, "a"],
    [
      "an unknown alias",
      `${HEAD}description: *x\n${TASKS}`,
      "yaml-syntax",
      /`\*x` refers to/,
      3,
      "*x",
    ],
    [
      "two documents",
      `${HEAD}${TASKS}---\nid: c\n`,
      "yaml-syntax",
      /second document/,
      7,
      "---\nid: c\n",
    ],
    [
      "a list as key",
      `${HEAD}variables:\n  [a, b]: c\n${TASKS}`,
      "yaml-syntax",
      /A key must be text/,
      4,
      "[a, b]",
    ],
    ["an empty source", "", "missing-property", /The flow is empty/, 1, ""],
    ["text", "hello", "missing-property", /This is no flow/, 1, "h"],
    ["a list", "- a\n", "missing-property", /This is no flow/, 1, "- a"],
  ])("%s", (...row) => {
    const [, source, code, message, line, text] = row;
    const problem = only(source);
    expect(problem.message).toMatch(message);
    expect({
      code: problem.code,
      line: problem.range.startLine,
      text: marked(source, problem),
    }).toEqual({ code, line, text });
    expect(problem.severity).toBe("error");
    expect(parseFlow(source, catalogue).flow).toBeNull();
  });
});
