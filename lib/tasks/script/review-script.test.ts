import { describe, expect, test } from "vitest";
import { marked } from "#lib/flow/one-problem.fixture.ts";
import { parseFlow } from "#lib/flow/parse.ts";
import { catalogue } from "../catalogue.ts";

function flowOf(runner: string[], task: string[] = []): string {
  return [
    "id: a",
    "namespace: b",
    "variables: {x: y}",
    "tasks:",
    "  - id: t",
    "    type: io.kestra.plugin.scripts.shell.Commands",
    "    commands: [a]",
    ...task.map((line) => `    ${line}`),
    "    taskRunner:",
    "      type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes",
    ...runner.map((line) => `      ${line}`),
    "",
  ].join("\n");
}

/** Each remark's message, and the text that it is about. */
function remarksOf(source: string): [text: string, message: string][] {
  const { flow, problems } = parseFlow(source, catalogue);
  expect(flow?.canRun).toBe(true);
  expect(problems.every(({ severity }) => severity === "warning")).toBe(true);
  return problems.map((problem) => [marked(source, problem), problem.message]);
}

describe("syncWorkingDirectory, for which there is nothing to do,", () => {
  const MESSAGE =
    '`syncWorkingDirectory` has no effect: only `outputFiles` are kept, and no task has the working directory of another. Write `outputFiles: ["**"]` to keep all files.';
  test.each<[string, string, string[], string[]]>([
    ["is told with what to write instead", "true", [], ["true"]],
    ["is told where only some files are kept", "true", ["outputFiles: ['*.csv']"], ["true"]],
    ["is told when an expression says it", '"{{ vars.x }}"', [], ['"{{ vars.x }}"']],
    ["is not told where it asks for nothing", "false", [], []],
    ["is not told where all files are kept", "true", ["outputFiles: [a, '**']"], []],
  ])("%s", (_what, value, task, texts) => {
    const remarks = remarksOf(flowOf([`syncWorkingDirectory: ${value}`], task));
    expect(remarks).toEqual(texts.map((text) => [text, MESSAGE]));
  });
});
