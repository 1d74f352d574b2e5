import { setTimeout as pause } from "node:timers/promises";
import { untilNoPods } from "./cluster-client.ts";
import { FAKE_NODE, type FakeNode, ON_FAKE_NODE, openFakeNode } from "./fake-node.ts";
import { FakeLog } from "./fake-log.ts";
import { MARK, MARK_LABEL } from "./mark.ts";
import {
  type Bench,
  CONNECTION,
  memoryOf,
  NAMESPACE,
  OUR_PODS,
  shellFlow,
  watchMemory,
} from "./product-bench.ts";
import { atLeastRow, plainRow, type Row } from "./row.ts";

const LIMIT_MS = 180_000;

/** A flow whose pod runs on the fake node. */
export function fakeFlow(id: string): string {
  return shellFlow(id, "echo fake").replace(
    "      pullPolicy:",
    `      nodeSelector: {${FAKE_NODE}: "${MARK}"}\n      pullPolicy:`,
  );
}

/** Works with a fake node whose containers print this log. */
export async function withFakeNode<T>(
  { cluster }: Bench,
  options: { folder: string; log: FakeLog },
  work: (node: FakeNode) => Promise<T>,
): Promise<T> {
  const node = await openFakeNode(cluster, options.folder, options.log);
  try {
    return await work(node);
  } finally {
    await node.finish().catch(() => undefined);
    await node.close();
    await untilNoPods(cluster, `${OUR_PODS}&${ON_FAKE_NODE}`);
  }
}

/** @throws Error that says what did not come in time */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  limitMs = LIMIT_MS,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`In ${limitMs / 1000} s not: ${what}.`);
    await pause(100);
  }
}

/** One worker's memory while so many of its pods run and end, each with a followed log. */
export async function measureManyPods(bench: Bench, folder: string, count: number): Promise<Row[]> {
  const { api, database, product } = bench;
  await api.saveFlow(fakeFlow("many"));
  return withFakeNode(bench, { folder, log: new FakeLog(100) }, async (node) => {
    const memory = watchMemory(() => product.pid("worker"));
    const ids: string[] = [];
    for (let made = 0; made < count; made += 20) {
      const some = Array.from({ length: Math.min(20, count - made) }, () =>
        api.execute(NAMESPACE, "many", { connection: CONNECTION }),
      );
      ids.push(...(await Promise.all(some)));
    }
    await until(() => node.running.size >= count, `${count} pods at once`);
    // Their logs are read, and everything is as it stays.
    await until(async () => {
      const [row] = await database.query<{ lines: number }>(
        "SELECT coalesce(sum(log_lines), 0)::int AS lines FROM executions WHERE id = ANY ($1)",
        [ids],
      );
      return (row?.lines ?? 0) >= count * 100;
    }, "all logs read");
    await pause(2000);
    const atOnce = memoryOf(product.pid("worker"));
    await node.finish();
    await until(async () => {
      const [row] = await database.query<{ good: number }>(
        "SELECT count(*)::int AS good FROM executions WHERE id = ANY ($1) AND state = 'SUCCESS'",
        [ids],
      );
      return row?.good === count;
    }, `${count} good ends`);
    return [
      plainRow("worker at rest, before", "MiB", { value: memory.before, atMost: 200 }),
      plainRow(`worker with ${count} pods at once (of a fake node)`, "MiB", {
        value: atOnce,
        atMost: 400,
      }),
      plainRow(`worker with ${count} pods, at its peak`, "MiB", {
        value: memory.stop(),
        atMost: 400,
      }),
    ];
  });
}

/** How fast one worker stores a log that is there already, and what that does to its memory. */
export async function measureIntake(bench: Bench, folder: string, lines: number): Promise<Row[]> {
  const { api, cluster, database, product } = bench;
  await api.saveFlow(fakeFlow("much"));
  return withFakeNode(bench, { folder, log: new FakeLog(lines) }, async (node) => {
    const worker = (): number => product.pid("worker");
    const seconds = async (work: () => Promise<unknown>): Promise<number> => {
      const began = performance.now();
      await work();
      return (performance.now() - began) / 1000;
    };
    const run = async (): Promise<{ took: number; growth: number }> => {
      const memory = watchMemory(worker);
      const id = await api.execute(NAMESPACE, "much", { connection: CONNECTION });
      const stored = async (): Promise<number> => {
        const [row] = await database.query<{ lines: number }>(
          "SELECT log_lines::int AS lines FROM executions WHERE id = $1",
          [id],
        );
        return row?.lines ?? 0;
      };
      await until(async () => (await stored()) > 0, "the first line");
      const first = await stored();
      const took = await seconds(() => until(async () => (await stored()) >= lines, "all lines"));
      await node.finish();
      const { state } = await database.untilEnded(id);
      if (state !== "SUCCESS" || (await stored()) !== lines)
        throw new Error(`${await stored()} of ${lines} lines were stored, and it ended ${state}.`);
      return { took: (took * lines) / (lines - first), growth: memory.stop() - memory.before };
    };
    await run();
    const { took, growth } = await run();
    const pod = await heldPod(bench, node);
    const floor = await seconds(async () => {
      const url = `/api/v1/namespaces/default/pods/${pod}/log?container=main&timestamps=true`;
      let bytes = 0;
      for await (const chunk of await cluster.read(url)) bytes += chunk.length;
      if (bytes !== node.log.bytes) throw new Error(`${bytes} of ${node.log.bytes} bytes came.`);
    });
    return [
      atLeastRow("log intake of one worker (plain reading as floor)", "lines/s", {
        value: lines / took,
        floor: lines / floor,
        atLeast: 100_000,
      }),
      plainRow(`growth of the worker over ${lines} lines`, "MiB", { value: growth, atMost: 64 }),
    ];
  });
}

/** Another pod of the fake node that nobody of ours reads. */
async function heldPod({ cluster }: Bench, node: FakeNode): Promise<string> {
  const name = `bench-log-${process.pid}`;
  await cluster.call("POST", "/api/v1/namespaces/default/pods", {
    metadata: { name, labels: { [MARK_LABEL]: MARK } },
    spec: {
      nodeSelector: { [FAKE_NODE]: MARK },
      containers: [{ name: "main", image: "busybox" }],
    },
  });
  await until(() => node.running.has(name), "a pod to read plainly");
  return name;
}
