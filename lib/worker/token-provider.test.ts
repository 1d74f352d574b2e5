import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, onlyRunner, untilEnded, WORKER_SETTINGS } from "#e2e/executions/worker-stage.ts";
import { createFakeRunner, FakePlace } from "#lib/runner/fake/fake-runner.ts";
import { pool } from "#lib/store/database.ts";
import type { ConfigWithToken } from "./drive/drive.ts";
import { startWorker, type Worker } from "./worker.ts";

let stage: Stage;
const workers: Worker[] = [];
beforeAll(async () => {
  stage = await openStage();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});
afterAll(() => stage.close());

/** A worker whose clusters are all the same fake one, and what configs it was asked for. */
function worker(place: FakePlace): ConfigWithToken[] {
  const configs: ConfigWithToken[] = [];
  const runner = createFakeRunner(place);
  const runners = {
    ...onlyRunner(runner),
    openRunnerForConfig: async (config: ConfigWithToken) => {
      configs.push(config);
      return runner;
    },
  };
  workers.push(startWorker({ runners, settings: WORKER_SETTINGS }));
  return configs;
}

const flowWith = (provider: string[]): Promise<string> =>
  someFlow(
    "variables: {name: t0k3n}",
    "tasks:",
    ...taskOf(
      "work",
      "io.kestra.plugin.scripts.shell.Commands",
      "commands: [echo using t0k3n-of-gold]",
      "taskRunner:",
      "  type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes",
      "  connection:",
      "    masterUrl: https://k8s:6443",
      "    oauthTokenProvider:",
      ...provider.map((line) => `      ${line}`),
    ),
  );

const providing = (command: string, output: string): string[] => [
  "task:",
  "  type: io.kestra.plugin.scripts.shell.Commands",
  "  taskRunner: {type: io.kestra.plugin.core.runner.Process}",
  `  commands: ['${command}']`,
  `output: "${output}"`,
];
const PRINT = 'echo told; echo "::{\\"outputs\\":{\\"token\\":\\"{{ vars.name }}-of-gold\\"}}::"';

it("a task's token comes from another task, whose log and token are kept nowhere", async () => {
  const place = new FakePlace();
  const configs = worker(place);
  const id = await someExecution(await flowWith(providing(PRINT, "{{ vars.token }}")));
  const ended = await untilEnded(id);
  expect(ended.failure).toBeNull();
  expect(configs[0]).toMatchObject({ masterUrl: "https://k8s:6443" });
  expect(configs[0]).not.toHaveProperty("oauthTokenProvider");
  expect(await configs[0]?.tokenSource?.token(false)).toBe("t0k3n-of-gold");
  expect(await logTexts(id)).toEqual(["using ********"]);
  expect(ended.taskRuns[0]?.outputs["vars"]).toEqual({});
  for (const table of ["executions", "task_runs", "attempts"]) {
    const text = `SELECT 1 FROM ${table} t WHERE t::text LIKE '%t0k3n-of-gold%'`;
    expect({ table, rows: (await pool().query(text)).rows }).toEqual({ table, rows: [] });
  }
  expect([...place.runs.keys()]).toEqual([]);
});

it.each([
  ["fails", providing("exit 3", "{{ vars.token }}"), "unauthorized", /gave no token/],
  ["prints no token", providing("echo hi", "{{ vars.token }}"), "unauthorized", /gave no token/],
  [
    "is no script",
    ["task: {type: io.kestra.plugin.core.log.Log, message: hi}", 'output: "{{ x }}"'],
    "config",
    /Only a script task/,
  ],
  [
    "is not well written",
    ["task: {type: io.kestra.plugin.scripts.shell.Commands}", 'output: "{{ x }}"'],
    "config",
    /cannot run: .*commands/,
  ],
])("a provider whose task %s fails the task at its line, before anything ran", async (...parts) => {
  const [, provider, kind, message] = parts;
  const place = new FakePlace();
  const configs = worker(place);
  const id = await someExecution(await flowWith(provider));
  const { failure } = await untilEnded(id);
  expect(failure).toMatchObject({ kind, message: expect.stringMatching(message) });
  // The lines of `oauthTokenProvider`, and of `task` in it.
  expect(failure?.line).toBe(kind === "config" ? 13 : 12);
  expect(configs).toEqual([]);
  expect([...place.runs.keys()]).toEqual([]);
});
