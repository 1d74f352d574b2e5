import { describe, expect, test } from "vitest";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { HEAD, marked, single, SHELL, TASKS } from "./one-problem.fixture.ts";
import { parseFlow } from "./parse.ts";

const only = (source: string) => single(parseFlow(source, catalogue).problems);

describe("a problem of a task is shown where it is, and says what to do:", () => {
  test.each<[string, string, string, string | RegExp, number, string]>([
    [
      "a bad task id",
      `${HEAD}tasks:\n  - id: t.1\n    type: ${SHELL}\n    commands: [ls]\n`,
      "invalid-value",
      /`id` must begin/,
      4,
      "t.1",
    ],
    [
      "a missing type",
      `${HEAD}tasks:\n  - id: t\n    commands: [ls]\n`,
      "missing-property",
      /`type` is missing/,
      4,
      "id: t",
    ],
    [
      "an unknown type",
      `${HEAD}tasks:\n  - id: t\n    type: io.kestra.plugin.scripts.shel.Commands\n`,
      "unknown-type",
      /Invalid type: .* Did you mean `io.kestra.plugin.scripts.shell.Commands`/,
      5,
      "io.kestra.plugin.scripts.shel.Commands",
    ],
    [
      "a short type",
      `${HEAD}tasks:\n  - id: t\n    type: shell.Commands\n`,
      "unknown-type",
      /Did you mean/,
      5,
      "shell.Commands",
    ],
    [
      "no commands",
      `${HEAD}tasks:\n  - id: t\n    type: ${SHELL}\n`,
      "missing-property",
      /`commands` is missing/,
      4,
      "id: t",
    ],
    [
      "an empty list of commands",
      `${HEAD}tasks:\n  - id: t\n    type: ${SHELL}\n    commands: []\n`,
      "invalid-value",
      /`commands` must not be empty/,
      6,
      "[]",
    ],
    [
      "commands that are text",
      `${HEAD}tasks:\n  - id: t\n    type: ${SHELL}\n    commands: ls\n`,
      "invalid-value",
      /`commands` must be a list/,
      6,
      "ls",
    ],
    [
      "a misspelled property",
      `${HEAD}tasks:\n  - id: t\n    type: ${SHELL}\n    comands: [ls]\n`,
      "unknown-property",
      /Did you mean `commands`/,
      6,
      "comands",
    ],
    [
      "a bad timeout",
      `${HEAD}${TASKS}    timeout: 5m\n`,
      "invalid-value",
      /`timeout` must be a duration/,
      7,
      "5m",
    ],
    [
      "a bad retry",
      `${HEAD}${TASKS}    retry:\n      type: constnt\n      interval: PT1S\n`,
      "unknown-type",
      /Did you mean `constant`/,
      8,
      "constnt",
    ],
    [
      "a bad maxAttempt",
      `${HEAD}${TASKS}    retry: {type: constant, interval: PT1S, maxAttempt: 0}\n`,
      "invalid-value",
      /whole number from 1/,
      7,
      "0",
    ],
    [
      "a bad runner",
      `${HEAD}${TASKS}    taskRunner:\n      type: io.kestra.plugin.core.runner.Proces\n`,
      "unknown-type",
      /Did you mean `io.kestra.plugin.core.runner.Process`/,
      8,
      "io.kestra.plugin.core.runner.Proces",
    ],
    [
      "a property of a runner",
      `${HEAD}${TASKS}    taskRunner:\n      type: io.kestra.plugin.kubernetes.runner.Kubernetes\n      pullpolicy: Always\n`,
      "unknown-property",
      /Did you mean `pullPolicy`/,
      9,
      "pullpolicy",
    ],
    [
      "a bad pull policy",
      `${HEAD}${TASKS}    taskRunner:\n      type: io.kestra.plugin.kubernetes.runner.Kubernetes\n      pullPolicy: Sometimes\n`,
      "invalid-value",
      /must be Always, IfNotPresent or Never/,
      9,
      "Sometimes",
    ],
    [
      "a bad pattern",
      `${HEAD}${TASKS}    outputFiles:\n      - "[a"\n`,
      "invalid-value",
      /has no `\]`/,
      8,
      '"[a"',
    ],
    [
      "a file outside",
      `${HEAD}${TASKS}    inputFiles:\n      ../x: text\n`,
      "invalid-value",
      /leaves the working directory/,
      8,
      "text",
    ],
    [
      "a bad quantity",
      `${HEAD}${TASKS}    taskRunner:\n      type: io.kestra.plugin.kubernetes.runner.Kubernetes\n      resources: {request: {cpu: 500 m}}\n`,
      "invalid-value",
      /`cpu` is `500 m`, which is no quantity/,
      9,
      "500 m",
    ],
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
