import { describe, expect, test } from "vitest";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { parseFlow } from "./parse.ts";

const HEAD = `id: a
namespace: b
inputs:
  - id: file
    type: FILE
  - id: nested.more.int
    type: INT
    defaults: 1
variables:
  title: hi
tasks:
  - id: first
    type: io.kestra.plugin.scripts.shell.Commands
    commands: [ls]
  - id: check
    type: io.kestra.plugin.core.log.Log
`;
const LAST = `  - id: last
    type: io.kestra.plugin.core.debug.Return
    format: x
`;

function found(body: string): { at: string; code: string; severity: string; message: string }[] {
  const source = HEAD + body + LAST;
  return parseFlow(source, catalogue).problems.map(({ range, code, severity, message }) => ({
    at:
      source
        .split("\n")
        .slice(range.startLine - 1)[0]
        ?.slice(range.startColumn - 1, range.endColumn - 1) ?? "",
    code,
    severity,
    message,
  }));
}

describe("an expression that refers to", () => {
  test.each([
    "inputs.file",
    "inputs['file']",
    "inputs.nested.more.int",
    "inputs.nested.more",
    "inputs.nope ?? 'x'",
    "inputs.nope | default('x')",
    "vars.title",
    "render(vars.title)",
    "outputs.first.vars.anything.goes",
    "outputs.first.outputFiles['a.txt']",
    "outputs['first'].exitCode",
    "flow.id ~ execution.id ~ taskrun.attemptsCount",
    "labels.team",
    "envs.home",
    "trigger.date ?? execution.startDate",
    "workingDir",
  ])("%s is right", (expression) => {
    expect(found(`    message: "{{ ${expression} }}"\n`)).toEqual([]);
  });

  test.each([
    ["inputs.fle", "fle", "unknown-reference", "error", /Did you mean `file`/],
    ["inputs.nested.less", "nested", "unknown-reference", "error", /no input/],
    ["vars.titel", "titel", "unknown-reference", "error", /Did you mean `title`/],
    ["outputs.frist.vars", "frist", "unknown-reference", "error", /Did you mean `first`/],
    ["outputs.last.value", "last", "later-reference", "error", /runs later/],
    ["outputs.check.value", "check", "later-reference", "error", /its own outputs/],
    ["outputs.first.files", "files", "unknown-reference", "warning", /no output of `first`/],
    ["input.file", "input", "unknown-reference", "error", /Did you mean `inputs`/],
    ["inputs.file |", "}}", "expression-syntax", "error", /./],
    ["inputs.file | uper", "uper", "expression-syntax", "error", /`uper`/],
    ["nwo()", "nwo", "expression-syntax", "error", /`nwo`/],
  ])("%s is a problem at %j", (...row) => {
    const [expression, at, code, severity, message] = row;
    const problems = found(`    message: "{{ ${expression} }}"\n`);
    expect(problems).toEqual([
      { at: expect.stringContaining(at), code, severity, message: expect.stringMatching(message) },
    ]);
  });
});

describe("the place is right in", () => {
  test.each([
    ["plain text", "    message: a {{ inputs.fle }}\n"],
    ["plain text over two lines", "    message: a\n      b {{ inputs.fle }}\n"],
    ["single quotes", "    message: 'it''s {{ inputs.fle }}'\n"],
    ["double quotes with escapes", '    message: "\\t\\"\\u00e4\\x41 {{ inputs.fle }}"\n'],
    ["double quotes over lines", '    message: "a \\\n      b\n\n      {{ inputs.fle }}"\n'],
    ["a literal block", "    message: |\n      a\n\n        b {{ inputs.fle }}\n"],
    [
      "a literal block with indentation indicator",
      "    message: |2-\n        a\n      {{ inputs.fle }}\n",
    ],
    ["a folded block", "    message: >-\n      a\n      b\n\n      c {{ inputs.fle }}\n"],
    ["a list", '    message:\n      - a\n      - "{{ inputs.fle }}"\n'],
    ["an emoji before it", '    message: "😀 {{ inputs.fle }}"\n'],
    ["runIf", '    message: a\n    runIf: "{{ inputs.fle }}"\n'],
    ["a timeout", '    message: a\n    timeout: "{{ inputs.fle }}"\n'],
  ])("%s", (_, body) => {
    expect(found(body).map(({ at }) => at)).toEqual(["fle"]);
  });

  test("a variable, where it is a warning only", () => {
    const source = HEAD.replace("title: hi", 'title: "{{ inputs.fle }}"') + "    message: a\n";
    const [problem] = parseFlow(source, catalogue).problems;
    expect(problem).toMatchObject({ severity: "warning", path: "variables.title" });
  });

  test("a default that refers to a task", () => {
    const source = `${HEAD.replace("defaults: 1", 'defaults: "{{ outputs.first.exitCode }}"')}    message: a\n`;
    const [problem] = parseFlow(source, catalogue).problems;
    expect(problem).toMatchObject({ code: "later-reference", range: { startLine: 8 } });
  });

  test("a description, which is no expression", () => {
    expect(found('    message: a\n    description: "{{ nope }}"\n')).toEqual([]);
  });

  test("an output of the flow", () => {
    const source = `${HEAD}    message: a\noutputs:\n  - id: o\n    type: STRING\n    value: "{{ outputs.chck }}"\n`;
    expect(parseFlow(source, catalogue).problems).toMatchObject([
      { range: { startLine: 21, startColumn: 24, endColumn: 28 } },
    ]);
  });
});

test("thousands of wrong expressions in one text are found at once, each at its line", () => {
  const body = `    message: |\n${"      {{ inputs.fle }}\n".repeat(4000)}`;
  const begin = performance.now();
  const { problems } = parseFlow(HEAD + body, catalogue);
  expect(performance.now() - begin).toBeLessThan(8000);
  expect(problems).toHaveLength(4000);
  expect(problems.at(-1)).toMatchObject({ range: { startLine: HEAD.split("\n").length + 4000 } });
});
