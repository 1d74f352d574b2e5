import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "#e2e/cluster/api.ts";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { type LockedRegistry, openLockedRegistry } from "#e2e/cluster/locked-registry.ts";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, someWorker, until, untilEnded } from "#e2e/executions/worker-stage.ts";
import { killExecution } from "#lib/executions/kill.ts";
import { openTestNamespace, type TestNamespace } from "#lib/runner/kubernetes/test-stage.ts";
import { pool } from "#lib/store/database.ts";
import type { Worker } from "./worker.ts";

const LOGIN = { username: "puller", password: "pull-pa55word" };

let cluster: Cluster;
let admin: Api;
let namespace: TestNamespace;
let stage: Stage;
let registry: LockedRegistry | null = null;
const workers: Worker[] = [];

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  admin = await openApi(cluster.kubeconfigPath);
  namespace = await openTestNamespace(cluster.kubeconfigPath);
  stage = await openStage();
  if (cluster.kind === "own") registry = await openLockedRegistry(cluster, LOGIN);
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});
afterAll(async () => {
  await registry?.stop();
  await namespace.remove();
  await admin.close();
  await stage.close();
  await cluster.stop();
});

const flowWith = (commands: string[], ...task: string[]): Promise<string> =>
  someFlow(
    "tasks:",
    ...taskOf(
      "work",
      "io.kestra.plugin.scripts.shell.Commands",
      "commands:",
      ...commands.map((command) => `  - ${command}`),
      "taskRunner:",
      "  type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes",
      "  job: true",
      ...task,
    ),
  );

/** Names of what is in the namespace, except what Kubernetes itself puts there. */
async function namesOf(path: string): Promise<string[]> {
  const { text } = await admin.call("GET", path);
  // The API server's own answer to a list.
  const { items } = JSON.parse(text) as { items: { metadata: { name: string } }[] };
  return items.map(({ metadata }) => metadata.name).filter((name) => !name.startsWith("kube-"));
}

const expectNothingLeft = async (): Promise<void> => {
  const { name } = namespace;
  const paths = [
    `/apis/batch/v1/namespaces/${name}/jobs`,
    `/api/v1/namespaces/${name}/pods`,
    `/api/v1/namespaces/${name}/secrets`,
  ];
  for (const path of paths) {
    await expect.poll(() => namesOf(path), { timeout: 90_000 }).toEqual([]);
  }
};

test("a task pulls its image with a login, in a Job; the password is stored nowhere but in the flow, and nothing stays", async (context) => {
  if (!registry) return context.skip();
  workers.push(someWorker(await namespace.runner()));
  const flow = await flowWith(
    [`echo the password is ${LOGIN.password}`, "sleep 1"],
    "  pullPolicy: ALWAYS",
    `  credentials: {username: ${LOGIN.username}, password: ${LOGIN.password}}`,
    `containerImage: ${registry.host}/podflow-test/nonroot`,
  );
  const id = await someExecution(flow);
  const ended = await untilEnded(id);
  expect(ended.failure).toBeNull();
  expect(ended.state).toBe("SUCCESS");
  expect(await logTexts(id)).toEqual(["the password is ********"]);
  for (const table of ["executions", "task_runs", "attempts"]) {
    const { rows } = await pool().query(`SELECT 1 FROM ${table} t WHERE t::text LIKE $1`, [
      `%${LOGIN.password}%`,
    ]);
    expect({ table, rows }).toEqual({ table, rows: [] });
  }
  await expectNothingLeft();
});

test("a task whose registry is down says so while it waits, and goes on when that is back", async (context) => {
  if (!registry) return context.skip();
  const image = `${registry.host}/podflow-test/notar`;
  workers.push(someWorker(await namespace.runner()));
  const flow = await flowWith(
    ["echo pulled"],
    "  pullPolicy: ALWAYS",
    `  credentials: {username: ${LOGIN.username}, password: ${LOGIN.password}}`,
    `containerImage: ${image}`,
  );
  await registry.goDown();
  const id = await someExecution(flow);
  const waits = await until(id, (its) => its.taskRuns[0]?.attempts[0]?.waiting?.kind === "image");
  expect(waits.taskRuns[0]?.attempts[0]?.waiting).toMatchObject({
    message: `The registry of the image "${image}" cannot be reached.`,
    remedy: "Check the registry's name, and that the nodes reach it.",
    evidence: expect.stringContaining("connection refused"),
  });
  await registry.comeBack();
  const ended = await untilEnded(id);
  expect(ended).toMatchObject({ state: "SUCCESS", failure: null });
  expect(ended.taskRuns[0]?.attempts).toHaveLength(1);
  expect(await logTexts(id)).toEqual(["pulled"]);
});

test("a task whose Job may have no pod shows the quota while it waits, and is killed whole", async () => {
  const quotas = `/api/v1/namespaces/${namespace.name}/resourcequotas`;
  await admin.call("POST", quotas, {
    metadata: { name: "none" },
    spec: { hard: { pods: "0" } },
  });
  const isCounted = async (): Promise<boolean> =>
    (await admin.call("GET", `${quotas}/none`)).text.includes('"used"');
  await expect.poll(isCounted, { timeout: 90_000 }).toBe(true);
  workers.push(someWorker(await namespace.runner()));
  const id = await someExecution(await flowWith(["echo never"], "containerImage: busybox"));
  const waits = await until(id, (its) => its.taskRuns[0]?.attempts[0]?.waiting?.kind === "quota");
  expect(waits.taskRuns[0]?.attempts[0]?.waiting).toMatchObject({
    message: expect.stringContaining("quota"),
    evidence: expect.stringContaining("exceeded quota: none"),
  });
  await killExecution(id);
  expect((await untilEnded(id)).state).toBe("KILLED");
  await admin.call("DELETE", `${quotas}/none`);
  await expectNothingLeft();
});
