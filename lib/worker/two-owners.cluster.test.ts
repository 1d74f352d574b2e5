import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { podsOf } from "#e2e/executions/pod-runner.ts";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, someWorker, until, untilEnded } from "#e2e/executions/worker-stage.ts";
import { pool } from "#lib/store/database.ts";
import type { Runner } from "../runner/contract.ts";
import { openTestNamespace, type TestNamespace } from "../runner/kubernetes/test-stage.ts";
import type { Worker } from "./worker.ts";

let cluster: Cluster;
let namespace: TestNamespace;
let stage: Stage;
let runner: Runner;
let first: ChildProcess | null = null;
let second: Worker | null = null;

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  namespace = await openTestNamespace(cluster.kubeconfigPath);
  stage = await openStage();
  runner = await podsOf(cluster.kubeconfigPath, namespace.name);
});

afterAll(async () => {
  first?.kill("SIGKILL");
  await second?.stop();
  await runner.close();
  await stage.close();
  await namespace.remove();
  await cluster.stop();
});

/** A worker as a process, which can be stopped without dying; resolves once it works. */
async function workerProcess(): Promise<ChildProcess> {
  const program = join(import.meta.dirname, "../../e2e/executions/worker-process.ts");
  const { databaseUrl, folder } = stage;
  const place = [cluster.kubeconfigPath, namespace.name];
  const child = spawn(process.execPath, [program, databaseUrl, folder, "none", ...place], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "started") break;
  }
  return child;
}

const LINES = 60;
const FLOW = taskOf(
  "work",
  "io.kestra.plugin.scripts.shell.Commands",
  "containerImage: busybox",
  "taskRunner:",
  "  type: io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner",
  "  pullPolicy: IfNotPresent",
  'outputFiles: ["*.txt"]',
  "commands:",
  `  - for i in $(seq 1 ${LINES}); do echo "line $i"; sleep 0.15; done`,
  "  - echo ran >> result.txt",
);

async function ownerOf(executionId: string): Promise<{ number: number; lines: number }> {
  const { rows } = await pool().query<{ number: number; lines: number }>(
    `SELECT lease_number AS number, coalesce((progress->>'lines')::int, 0) AS lines
     FROM attempts WHERE execution_id = $1`,
    [executionId],
  );
  return rows[0] ?? { number: 0, lines: 0 };
}

test("a worker that was stopped while another took its attempt keeps its hands off", async () => {
  first = await workerProcess();
  const id = await someExecution(await someFlow("tasks:", ...FLOW));
  const handles = new Set<string>();
  const pods = async (): Promise<number> => {
    const owned = await runner.list(AbortSignal.timeout(90_000));
    for (const { handle } of owned) handles.add(handle.uid);
    return owned.length;
  };
  await until(id, (its) => its.logLines > 5);
  await pods();
  first.kill("SIGSTOP");
  const before = await ownerOf(id);
  second = someWorker(runner);
  // It has the attempt, and has brought lines, while the first believes the same.
  await expect.poll(() => ownerOf(id), { timeout: 90_000 }).toMatchObject({ number: 2 });
  await until(id, (its) => its.logLines > before.lines + 3);
  first.kill("SIGCONT");

  const ended = await untilEnded(id);
  await pods();
  expect(ended).toMatchObject({ state: "SUCCESS", taskRuns: [{ attempts: [{ exitCode: 0 }] }] });
  expect(ended.taskRuns[0]?.attempts).toHaveLength(1);
  expect(ended.taskRuns[0]?.files).toMatchObject([{ name: "result.txt", size: 4 }]);
  const lines = Array.from({ length: LINES }, (_, index) => `line ${index + 1}`);
  expect(await logTexts(id)).toEqual(lines);
  expect((await ownerOf(id)).number).toBe(2);
  expect(handles.size).toBe(1);
  expect(first.exitCode).toBeNull();
  await expect.poll(pods, { timeout: 90_000 }).toBe(0);
});
