import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import {
  logTexts,
  onlyRunner,
  until,
  untilEnded,
  WORKER_SETTINGS,
} from "#e2e/executions/worker-stage.ts";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { killExecution } from "#lib/executions/kill.ts";
import type { Ending } from "#lib/runner/contract.ts";
import { createFakeRunner, FakePlace } from "#lib/runner/fake/fake-runner.ts";
import { pool } from "#lib/store/database.ts";
import type { ConfigWithToken } from "./drive/drive.ts";
import { sweepRuns } from "./sweep.ts";
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
function worker(place: FakePlace, runner = createFakeRunner(place)): ConfigWithToken[] {
  const configs: ConfigWithToken[] = [];
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

const providing = (command: string, output: string, ...more: string[]): string[] => [
  "task:",
  "  type: io.kestra.plugin.scripts.shell.Commands",
  ...more.map((line) => `  ${line}`),
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

const TOKEN = "{{ vars.token }}";
const PENDING = "# fake: pending after 600s";

it("a provider's run has the time that its task says, stays for as long, and ends with a kill", async () => {
  const place = new FakePlace();
  const runner = createFakeRunner(place);
  worker(place, runner);
  const id = await someExecution(await flowWith(providing(PENDING, TOKEN, "timeout: PT2H")));
  const waits = await until(id, (its) => messageOf(its).includes('show "scheduling"'));
  expect(messageOf(waits)).toMatch(/^The task of `oauthTokenProvider`: /);
  expect(limitsOf(place)).toEqual([7200]);
  expect(await sweepRuns(runner, new Date(Date.now() + 3_600_000))).toEqual([]);
  await killExecution(id);
  expect((await untilEnded(id)).state).toBe("KILLED");
  await vi.waitFor(() => expect(place.runs.size).toBe(0), { timeout: 90_000 });
});

it.each([
  ["has ten minutes without a timeout", 600, []],
  ["keeps a shorter limit of its runner", 60, ["waitUntilCompletion: PT1M"]],
])("a provider's run %s", async (_name, seconds, limits) => {
  const place = new FakePlace();
  worker(place);
  const provider = [
    "task:",
    "  type: io.kestra.plugin.scripts.shell.Commands",
    `  commands: ['${PENDING}']`,
    "  taskRunner:",
    "    type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes",
    ...limits.map((line) => `    ${line}`),
    `output: "${TOKEN}"`,
  ];
  const id = await someExecution(await flowWith(provider));
  await until(id, (its) => messageOf(its).includes('show "scheduling"'));
  expect(limitsOf(place)).toEqual([seconds]);
  await killExecution(id);
  await untilEnded(id);
});

it.each([
  ["takes longer than its timeout", providing("sleep 60", TOKEN, "timeout: PT0.2S"), "timeout"],
  ["has no image", providing("# fake: image-missing after 10ms", TOKEN), "image"],
  ["is given up", providing("# fake: given-up", TOKEN), "image"],
])("a provider whose task %s fails the task as its own task would", async (...parts) => {
  const [, provider, kind] = parts;
  const place = new FakePlace();
  worker(place);
  const { failure } = await untilEnded(await someExecution(await flowWith(provider)));
  expect(failure).toMatchObject({ kind, fault: "user", line: 12 });
  expect(failure?.message).toMatch(/^The task of `oauthTokenProvider` gave no token\. /);
  expect([...place.runs.keys()]).toEqual([]);
});

it("a provider that the platform failed is run again within the same attempt", async () => {
  const place = new FakePlace();
  const runner = createFakeRunner(place);
  const observe = runner.observe.bind(runner);
  let runs = 0;
  runner.observe = async function* (handle, signal) {
    runs += 1;
    if (runs === 1) yield { phase: "ended", ending: EVICTED, marks: {} };
    else yield* observe(handle, signal);
  };
  worker(place, runner);
  const id = await someExecution(await flowWith(providing(PRINT, TOKEN)));
  const waits = await until(id, (its) => messageOf(its).includes("evicted"));
  expect(messageOf(waits)).toMatch(/gave no token\. The pod was evicted/);
  const ended = await untilEnded(id);
  expect(ended.state).toBe("SUCCESS");
  expect(ended.taskRuns[0]?.attempts).toHaveLength(1);
});

const EVICTED: Ending = {
  kind: "evicted",
  exitCode: null,
  message: "The pod was evicted.",
  remedy: "",
  evidence: "",
  fault: "platform",
  mainStarted: true,
};

function limitsOf(place: FakePlace): (number | null)[] {
  return [...place.runs.values()].map(({ spec }) => spec.timeoutSeconds);
}

function messageOf(execution: ExecutionView): string {
  return execution.taskRuns[0]?.attempts[0]?.waiting?.message ?? "";
}
