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

describe("an image of podSpec's entry main", () => {
  const entry = (image: string, more = ""): string[] => [
    `podSpec: {containers: [{name: side, image: z}, {name: main, image: ${image}${more}}]}`,
  ];
  const isOther = (image: string, other: string): string =>
    `podSpec's image \`${image}\` is what runs here; in Kestra it would be \`containerImage\`, \`${other}\`. Write the image there alone.`;
  test.each<[string, string[], string[], [string, string][]]>([
    ["is told", entry("x"), ["containerImage: y"], [["x", isOther("x", "y")]]],
    [
      "is told with the default that Kestra would take",
      entry("x"),
      [],
      [["x", isOther("x", "ubuntu")]],
    ],
    [
      "is told where an expression gives the other",
      entry("x"),
      ['containerImage: "{{ vars.x }}"'],
      [["x", isOther("x", "{{ vars.x }}")]],
    ],
    ["is not told where it is the same", entry("y"), ["containerImage: y"], []],
    [
      "is not told where it is not what runs",
      [...entry("x"), "containerSpec: {image: z}"],
      ["containerImage: y"],
      [],
    ],
    [
      "is not told where there is none",
      ["podSpec: {containers: [{name: main, tty: true}]}"],
      ["containerImage: y"],
      [],
    ],
  ])("%s", (_what, runner, task, remarks) => {
    expect(remarksOf(flowOf(runner, task))).toEqual(remarks);
  });

  test("is compared with the image of the older form where that counts", () => {
    const messages = remarksOf(flowOf(entry("x"), ["docker: {image: y}"])).map(([, said]) => said);
    expect(messages).toContain(isOther("x", "y"));
  });
});
