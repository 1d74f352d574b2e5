import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Api, openApi } from "#e2e/cluster/api.ts";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { FlowApi } from "#e2e/flow-api.ts";
import { type Product, startProduct } from "#e2e/product.ts";

const NAMESPACE = "killed";
const LINES = 40;
let cluster: Cluster;
let admin: Api;
let product: Product;
let api: FlowApi;
let connection: string;

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  admin = await openApi(cluster.kubeconfigPath);
  product = await startProduct({
    environment: { KUBECONFIG: cluster.kubeconfigPath, PODFLOW_LEASE_SECONDS: "2" },
  });
  api = new FlowApi(product.url);
  connection = "context:podflow-test";
});

afterAll(async () => {
  await product.stop();
  await admin.close();
  await cluster.stop();
});

/** Prints numbered lines while it runs, and makes a file that tells how often it ran. */
function flow(id: string, { seconds = 2, outputBytes = 1024 } = {}): string {
  return `id: ${id}
namespace: ${NAMESPACE}
tasks:
  - id: work
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    taskRunner:
      type: io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner
      pullPolicy: IfNotPresent
    outputFiles: ["*.txt"]
    commands:
      - for i in $(seq 1 ${LINES}); do echo "line $i"; sleep ${seconds / LINES}; done
      - echo ran >> result.txt
      - head -c ${outputBytes} /dev/zero > zeros.txt
`;
}

interface PodList {
  items: {
    metadata: { name: string; uid: string };
    status: { containerStatuses?: { name: string; state: { terminated?: object } }[] };
  }[];
}

async function podsOf(executionId: string): Promise<PodList["items"]> {
  const selector = encodeURIComponent(`podflow.dev/execution-id=${executionId}`);
  const { text } = await admin.call("GET", `/api/v1/pods?labelSelector=${selector}`);
  // The API server's own answer for a list of pods.
  return (JSON.parse(text) as PodList).items;
}

async function untilMainEnded(id: string): Promise<void> {
  const hasEnded = ({ status }: PodList["items"][number]): boolean =>
    status.containerStatuses?.some(({ name, state }) => name === "main" && state.terminated) ??
    false;
  await vi.waitUntil(async () => (await podsOf(id)).some(hasEnded), {
    timeout: 90_000,
    interval: 10,
  });
}

/** The moments of a task's life at which something of ours is killed. */
const PHASES: Record<string, (id: string) => Promise<unknown>> = {
  "before the pod is there": async () => undefined,
  "while the pod is pending": (id) =>
    vi.waitUntil(async () => (await podsOf(id)).length > 0, { timeout: 90_000, interval: 10 }),
  "while it runs": (id) =>
    vi.waitUntil(async () => (await api.printedLines(id)).length > 5, {
      timeout: 90_000,
      interval: 20,
    }),
  "ended but not recorded": async (id) => {
    await PHASES["while it runs"]?.(id);
    process.kill(product.pid("worker"), "SIGSTOP");
    await untilMainEnded(id);
  },
  "while the output files are collected": untilMainEnded,
  "while it ends": (id) =>
    vi.waitUntil(async () => (await api.printedLines(id)).length >= LINES, {
      timeout: 90_000,
      interval: 5,
    }),
};

async function runThrough(role: "web" | "worker" | "postgres", phase: string): Promise<void> {
  const id = `${role}_${phase.replaceAll(" ", "_")}`;
  // Large enough that collecting it takes a while.
  const outputBytes = phase.includes("collected") ? 150 * 1024 ** 2 : 1024;
  await api.saveFlow(flow(id, { outputBytes }));
  const execution = await api.execute(NAMESPACE, id, { connection });
  const uids = new Set<string>();
  const watching = setInterval(() => {
    podsOf(execution).then(
      (pods) => pods.forEach(({ metadata }) => uids.add(metadata.uid)),
      () => undefined,
    );
  }, 100);
  try {
    await PHASES[phase]?.(execution);
    const worker = product.pid("worker");
    process.kill(product.pid(role), "SIGKILL");
    // In one phase it is stopped, so that nobody records the end.
    if (role !== "worker") process.kill(worker, "SIGCONT");
    const ended = await api.untilEnded(execution);
    expect(ended.state.current).toBe("SUCCESS");
    expect(ended.taskRunList[0]?.outputs.exitCode).toBe(0);
    const lines = await api.printedLines(execution);
    expect(lines).toEqual(Array.from({ length: LINES }, (_, index) => `line ${index + 1}`));
    const uri = ended.taskRunList[0]?.outputs.outputFiles?.["result.txt"] ?? "";
    expect(await (await api.file(execution, uri)).text()).toBe("ran\n");
    const zeros = ended.taskRunList[0]?.outputs.outputFiles?.["zeros.txt"] ?? "";
    expect((await (await api.file(execution, zeros)).arrayBuffer()).byteLength).toBe(outputBytes);
    expect(ended.taskRunList[0]?.attempts).toHaveLength(1);
    expect(uids.size).toBe(1);
  } finally {
    clearInterval(watching);
  }
}

describe.each(["worker", "web", "postgres"] as const)("a killed %s", (role) => {
  test.each(Object.keys(PHASES))(
    "%s: the execution succeeds with one pod and every line once",
    { timeout: 180_000 },
    (phase) => runThrough(role, phase),
  );
});

test("a database that is away for 20 s is waited for", { timeout: 180_000 }, async () => {
  await api.saveFlow(flow("database_away", { seconds: 5 }));
  const execution = await api.execute(NAMESPACE, "database_away", { connection });
  await PHASES["while it runs"]?.(execution);
  const pid = product.pid("postgres");
  process.kill(pid, "SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  process.kill(pid, "SIGCONT");
  const ended = await api.untilEnded(execution);
  expect(ended.state.current).toBe("SUCCESS");
  expect(await api.printedLines(execution)).toHaveLength(LINES);
});

test("a killed execution's pod is gone, and it ends KILLED", { timeout: 120_000 }, async () => {
  await api.saveFlow(flow("killed_by_a_person", { seconds: 60 }));
  const execution = await api.execute(NAMESPACE, "killed_by_a_person", { connection });
  await PHASES["while it runs"]?.(execution);
  await api.kill(execution);
  const ended = await api.untilEnded(execution);
  expect(ended.state.current).toBe("KILLED");
  await vi.waitUntil(async () => (await podsOf(execution)).length === 0, { timeout: 90_000 });
});
