import { setTimeout as pause } from "node:timers/promises";
import type { BenchPod, ClusterClient } from "./cluster-client.ts";
import { FakeLog } from "./fake-log.ts";
import { fakeFlow, until, withFakeNode } from "./fakes.ts";
import type { FakeNode } from "./fake-node.ts";
import { type Bench, CONNECTION, memoryOf, NAMESPACE, watchMemory } from "./product-bench.ts";
import { plainRow, quantile, type Row, toldRow } from "./row.ts";

const FLOW = "thousands";
const LINES = 5;
/** What is asked of the product at once while the pods become more. */
const ASKED_AT_ONCE = 8;
/** Pods whose end is looked at one by one while all others stand, and how many of them a second. */
const PROBES = 300;
const PROBES_A_SECOND = 10;

/**
 * So many pods alive on a node without containers, by one worker and one API server: what they cost,
 * and how late the database is with a change of one of them.
 */
export async function measureThousands(
  bench: Bench,
  { folder, count, log }: { folder: string; count: number; log: (line: string) => void },
): Promise<Row[]> {
  const { api, cluster, product } = bench;
  await api.saveFlow(fakeFlow(FLOW));
  return withFakeNode(bench, { folder, log: new FakeLog(LINES) }, async (node) => {
    const memory = watchMemory(() => product.pid("worker"));
    const asked = await podRequests(cluster);
    const filled = await fill(bench, { node, count, log });
    await pause(5000);
    const atOnce = memoryOf(product.pid("worker"));
    log(`all run; the worker has ${Math.round(atOnce)} MiB`);
    const lags = await probe(bench, node);
    const requests = await podRequests(cluster);
    const drained = await drain(bench, node);
    return [
      plainRow(`${count} fake pods alive: pod's end → database, p95`, "ms", {
        value: quantile(lags, 0.95),
        atMost: 1000,
      }),
      toldRow(`${count} fake pods: asked for → all run`, filled, "s"),
      toldRow(`${count - PROBES} of them end at once → all in the database`, drained, "s"),
      toldRow("worker at rest, before", memory.before, "MiB"),
      toldRow(`worker with ${count} pods`, atOnce, "MiB"),
      toldRow("worker at its peak", memory.stop(), "MiB"),
      toldRow("lists of pods of the namespace, meanwhile", requests.lists - asked.lists, ""),
      toldRow("watches of pods of the namespace, meanwhile", requests.watches - asked.watches, ""),
    ];
  });
}

/** Seconds until all run, and their logs are stored. */
async function fill(
  { api, database }: Bench,
  { node, count, log }: { node: FakeNode; count: number; log: (line: string) => void },
): Promise<number> {
  const began = performance.now();
  const seconds = (): number => Math.round((performance.now() - began) / 1000);
  let asked = 0;
  const ask = async (): Promise<void> => {
    while (asked < count) {
      asked += 1;
      const number = asked;
      await api.execute(NAMESPACE, FLOW, { connection: CONNECTION });
      if (number % 500 === 0) log(`${number} asked for, ${node.running.size} run (${seconds()} s)`);
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, ask));
  log(`all ${count} asked for, ${node.running.size} run (${seconds()} s)`);
  let told = 0;
  const stored = async (): Promise<boolean> => {
    const [row] = await database.query<{ logs: number }>(
      "SELECT count(*)::int AS logs FROM executions WHERE flow_id = $1 AND log_lines >= $2",
      [FLOW, LINES],
    );
    if (seconds() > told + 10) {
      told = seconds();
      log(`${node.running.size} run, ${row?.logs} logs are stored (${told} s)`);
    }
    await pause(1000);
    return node.running.size >= count && (row?.logs ?? 0) >= count;
  };
  await until(stored, `${count} pods at once`, 900_000);
  return seconds();
}

/** How long after a pod's end was written at the API server its execution is ended in the database. */
async function probe({ database }: Bench, node: FakeNode): Promise<number[]> {
  const pods = [...node.running.values()].slice(0, PROBES);
  const looks = pods.map(async (pod, index) => {
    await pause((index * 1000) / PROBES_A_SECOND);
    await node.finish([pod]);
    const writtenAt = Date.now();
    const { at, state } = await database.untilEnded(executionOf(pod));
    if (state !== "SUCCESS") throw new Error(`One of the thousands ended ${state}.`);
    return at - writtenAt;
  });
  return Promise.all(looks);
}

/** Seconds in which all that are left end. */
async function drain({ database }: Bench, node: FakeNode): Promise<number> {
  const began = performance.now();
  const finishing = node.finish();
  await until(
    async () => {
      const [row] = await database.query<{ live: number; bad: number }>(
        `SELECT count(*) FILTER (WHERE ended_at IS NULL)::int AS live,
           count(*) FILTER (WHERE ended_at IS NOT NULL AND state <> 'SUCCESS')::int AS bad
         FROM executions WHERE flow_id = $1`,
        [FLOW],
      );
      if ((row?.bad ?? 0) > 0) throw new Error(`${row?.bad} of the thousands ended badly.`);
      await pause(500);
      return row?.live === 0;
    },
    "all of the thousands ended",
    900_000,
  );
  await finishing;
  return (performance.now() - began) / 1000;
}

function executionOf(pod: BenchPod): string {
  return pod.metadata.labels?.["podflow.dev/execution-id"] ?? "";
}

/**
 * What the API server has counted of requests for the pods of a namespace, whoever made them; a watch
 * is counted at its end, and until then among those that are open.
 */
async function podRequests(cluster: ClusterClient): Promise<{ lists: number; watches: number }> {
  let text = "";
  for await (const chunk of await cluster.read("/metrics")) text += chunk.toString();
  const counts = text
    .split("\n")
    .filter((line) => /resource="pods",scope="namespace",subresource=""/.test(line));
  const sum = (name: string, verb: string): number =>
    counts
      .filter((line) => line.startsWith(`apiserver_${name}{`) && line.includes(`verb="${verb}"`))
      .reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
  const watches = sum("request_total", "WATCH") + sum("longrunning_requests", "WATCH");
  return { lists: sum("request_total", "LIST"), watches };
}
