import { expect, test } from "vitest";
import { flowNamesFrom, NO_NAMES } from "./flow-names.ts";

const SOURCE = `id: a
namespace: b
labels: {team: data}
inputs:
  - id: file
    type: FILE
  - id: nested.more
    type: INT
variables:
  city: Bern
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - id: shell
        type: io.kestra.plugin.scripts.shell.Commands
        outputFiles: [out.txt, "*.json"]
`;

test("inputs, variables, labels and tasks at any depth have names", () => {
  expect(flowNamesFrom(SOURCE)).toEqual({
    inputs: [
      { id: "file", type: "FILE" },
      { id: "nested.more", type: "INT" },
    ],
    variables: ["city"],
    labels: ["team"],
    tasks: [
      { id: "both", type: "io.kestra.plugin.core.flow.Parallel", outputFiles: [] },
      {
        id: "shell",
        type: "io.kestra.plugin.scripts.shell.Commands",
        outputFiles: ["out.txt", "*.json"],
      },
    ],
  });
});

test("a line that is still being written hides nothing above it", () => {
  const names = flowNamesFrom(`${SOURCE}  - id: next\n    type: x\n    message: "{{ inputs.`);
  expect(names.inputs).toHaveLength(2);
  expect(names.tasks.map((task) => task.id)).toEqual(["both", "shell", "next"]);
});

test.each(["", "just text", "- a", "a: [", "*x"])("%j has no names and does no harm", (source) => {
  expect(flowNamesFrom(source)).toEqual(NO_NAMES);
});
