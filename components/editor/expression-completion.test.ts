import { describe, expect, test } from "vitest";
import {
  type ExpressionCatalogue,
  openExpression,
  suggestionsFor,
} from "./expression-completion.ts";
import type { FlowNames } from "./flow-names.ts";

const names: FlowNames = {
  inputs: [
    { id: "file", type: "FILE" },
    { id: "nested.more.int", type: "INT" },
    { id: "nested.text", type: "STRING" },
  ],
  variables: ["city"],
  labels: ["team"],
  tasks: [
    { id: "shell", type: "io.kestra.plugin.scripts.shell.Commands", outputFiles: ["out.txt"] },
    { id: "say", type: "io.kestra.plugin.core.debug.Return", outputFiles: [] },
  ],
};
const catalogue: ExpressionCatalogue = {
  functions: [{ name: "now", signature: "now()", description: "The time" }],
  filters: [{ name: "upper", signature: "upper", description: "In capitals" }],
};
const labels = (expression: string) =>
  suggestionsFor(expression, names, catalogue).map((suggestion) => suggestion.label);

test.each([
  ["a: b", null],
  ["a: {{ inp", " inp"],
  ["a: {{ x }}", null],
  ["a: {{ x }} {{ y.", " y."],
  ["{% if a", " if a"],
  ["{% if a %}", null],
  ["{{ a\n  ~ b", " a\n  ~ b"],
])("in %j the expression that is open is %j", (before, expected) => {
  expect(openExpression(before)).toBe(expected);
});

describe("an expression is completed", () => {
  test.each([
    [" inputs.", ["file", "nested"]],
    [" inputs.fi", ["file", "nested"]],
    [" inputs.nested.", ["more", "text"]],
    [" outputs.", ["shell", "say"]],
    [" outputs.shell.", ["vars", "outputFiles", "exitCode"]],
    [" outputs.say.", ["value"]],
    [" outputs.shell.outputFiles.", ["out.txt"]],
    [" vars.", ["city"]],
    [" labels.", ["team"]],
    [" flow.", ["id", "namespace", "revision", "tenantId"]],
    [" inputs.file | ", ["upper"]],
    [" inputs.file | up", ["upper"]],
    [" nothing.", []],
    [" 'inputs.", []],
    [" f(inputs.", ["file", "nested"]],
  ])("after %j by %j", (expression, expected) => {
    expect(labels(expression)).toEqual(expected);
  });

  test("at its beginning by what there is and by functions", () => {
    expect(labels(" ")).toEqual(expect.arrayContaining(["inputs", "outputs", "vars", "now"]));
  });

  test("after two bars not by filters: that is another operator", () => {
    expect(labels(" a || ")).not.toContain("upper");
  });

  test("with a file's name in brackets, in place of the dot", () => {
    const [file] = suggestionsFor(" outputs.shell.outputFiles.o", names, catalogue);
    expect(file).toMatchObject({ insert: "['out.txt']", replaced: 2 });
  });
});
