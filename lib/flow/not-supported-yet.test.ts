import { describe, expect, test } from "vitest";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { HEAD, marked, SHELL, TASKS } from "./one-problem.fixture.ts";
import { parseFlow } from "./parse.ts";

describe("what is built later keeps a flow from running, not from being saved:", () => {
  test.each([
    [
      "triggers",
      `triggers:\n  - id: x\n    type: io.kestra.plugin.core.trigger.Schedule\n    cron: "@daily"\n${TASKS}`,
      "triggers",
    ],
    ["errors", `errors:\n  - id: x\n    type: ${SHELL}\n${TASKS}`, "errors"],
    ["finally", `finally: []\n${TASKS}`, "finally"],
    ["concurrency", `concurrency: {limit: 1}\n${TASKS}`, "concurrency"],
    ["sla", `sla: []\n${TASKS}`, "sla"],
    ["pluginDefaults", `pluginDefaults: []\n${TASKS}`, "pluginDefaults"],
    ["namespaceFiles", `${TASKS}    namespaceFiles: {enabled: true}\n`, "namespaceFiles"],
    ["docker volumes", `${TASKS}    docker:\n      image: a\n      volumes: [b]\n`, "volumes"],
    [
      "a new execution per retry",
      `${TASKS}    retry: {type: constant, interval: PT1S, behavior: CREATE_NEW_EXECUTION}\n`,
      "behavior",
    ],
    ["Windows", `${TASKS}    targetOS: WINDOWS\n`, "targetOS"],
    [
      "another runner",
      `${TASKS}    taskRunner:\n      type: io.kestra.plugin.ee.gcp.runner.CloudRun\n      region: x\n`,
      "taskRunner",
    ],
    [
      "R",
      "tasks:\n  - id: r\n    type: io.kestra.plugin.scripts.r.Script\n    script: x\n",
      "io.kestra.plugin.scripts.r.Script",
    ],
    [
      "Ruby",
      "tasks:\n  - id: r\n    type: io.kestra.plugin.scripts.ruby.Commands\n    commands: [x]\n",
      "io.kestra.plugin.scripts.ruby.Commands",
    ],
    [
      "a loop",
      `tasks:\n  - id: each\n    type: io.kestra.plugin.core.flow.ForEach\n    values: [1]\n    tasks:\n      - id: in\n        type: ${SHELL}\n        commands: ["echo {{ taskrun.value }} {{ nobody.knows }}"]\n  - id: last\n    type: ${SHELL}\n    commands: ["echo {{ outputs.in }}"]\n`,
      "io.kestra.plugin.core.flow.ForEach",
    ],
    [
      "an older flowable",
      "tasks:\n  - id: p\n    type: io.kestra.core.tasks.flows.Parallel\n    tasks: []\n",
      "io.kestra.core.tasks.flows.Parallel",
    ],
    [
      "Python's dependencies",
      "tasks:\n  - id: p\n    type: io.kestra.plugin.scripts.python.Script\n    script: x\n    dependencies: [requests]\n",
      "dependencies",
    ],
    [
      "PodCreate",
      "tasks:\n  - id: p\n    type: io.kestra.plugin.kubernetes.PodCreate\n    spec: {}\n",
      "io.kestra.plugin.kubernetes.PodCreate",
    ],
    ["kv", `${TASKS}    env:\n      A: "{{ kv('x') }}"\n`, "kv"],
  ])("%s", (_, body, text) => {
    const source = HEAD + body;
    const { flow, problems } = parseFlow(source, catalogue);
    const errors = problems.filter(({ severity }) => severity === "error");
    expect(errors.map((problem) => [problem.code, marked(source, problem)])).toEqual([
      ["unsupported", text],
    ]);
    expect(errors[0]?.message).toMatch(/not supported yet/);
    expect(flow).toMatchObject({ id: "a", canRun: false });
  });
});

describe("what has no effect here is a warning:", () => {
  test.each([
    ["workerGroup", "    workerGroup: {key: gpu}\n"],
    ["kotlp", "    kotlp: {enabled: true}\n"],
    ["runner", "    runner: DOCKER\n"],
    ["docker", "    docker: {image: ubuntu}\n"],
    [
      "the Docker runner",
      "    taskRunner:\n      type: io.kestra.plugin.scripts.runner.docker.Docker\n      volumes: [a]\n",
    ],
    [
      "resume: false",
      "    taskRunner:\n      type: io.kestra.plugin.kubernetes.runner.Kubernetes\n      resume: false\n",
    ],
  ])("%s", (_, body) => {
    const { flow, problems } = parseFlow(HEAD + TASKS + body, catalogue);
    expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
    expect(flow?.canRun).toBe(true);
  });
});
