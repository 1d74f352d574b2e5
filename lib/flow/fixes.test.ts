import { describe, expect, test } from "vitest";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { fixed, HEAD, single, SHELL, TASKS } from "./one-problem.fixture.ts";
import { parseFlow } from "./parse.ts";

const only = (source: string) => single(parseFlow(source, catalogue).problems);

describe("a fix makes the flow right:", () => {
  test.each([
    ["an unquoted expression", `${HEAD}${TASKS}    env:\n      A: {{ flow.id }}\n`],
    [
      "an unquoted expression in the middle",
      `${HEAD}${TASKS}    env:\n      A: {{ flow.id }}/x # note\n      B: b\n`,
    ],
    [
      "an unquoted expression with quotes",
      `${HEAD}${TASKS}    env:\n      A: {{ labels.x ?? "y" }}\n`,
    ],
    [
      "an unquoted item",
      `${HEAD}tasks:\n  - id: t\n    type: ${SHELL}\n    commands:\n      - {{ flow.id }} | cat\n`,
    ],
    [
      "a list of input files",
      `${HEAD}${TASKS}    inputFiles:\n      - a.txt: x\n      - b.txt: |\n          y\n          z\n`,
    ],
    ["a misspelled property", `${HEAD}lables: {a: b}\n${TASKS}`],
    [
      "a misspelled type",
      `${HEAD}tasks:\n  - id: t\n    type: io.kestra.core.tasks.log.Lag\n    message: hi\n`,
    ],
    [
      "a misspelled retry",
      `${HEAD}${TASKS}    retry:\n      type: randm\n      minInterval: PT1S\n      maxInterval: PT2S\n`,
    ],
    [
      "a misspelled input",
      `${HEAD}inputs:\n  - id: file\n    type: FILE\n${TASKS}    env:\n      A: "{{ inputs.fle }}"\n`,
    ],
    ["a duplicate id", `${HEAD}${TASKS}  - id: t\n    type: ${SHELL}\n    commands: [ls]\n`],
  ])("%s", (_, source) => {
    const problem = only(source);
    const text = fixed(source, problem);
    expect(text).not.toBe(source);
    expect(
      parseFlow(text, catalogue).problems.filter(({ severity }) => severity === "error"),
    ).toEqual([]);
  });

  test("an older type is only a hint, and the fix writes the newer one", () => {
    const source = `${HEAD}tasks:\n  - id: t\n    type: io.kestra.core.tasks.log.Log\n    message: hi\n`;
    const problem = only(source);
    expect(problem).toMatchObject({ severity: "info", code: "older-type" });
    expect(parseFlow(source, catalogue).flow?.tasks[0]?.type).toBe("io.kestra.plugin.core.log.Log");
    expect(fixed(source, problem)).toContain("type: io.kestra.plugin.core.log.Log\n");
  });
});
