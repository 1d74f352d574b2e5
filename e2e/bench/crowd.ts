import { betweenFloors } from "./between-floors.ts";
import { untilNoPods } from "./cluster-client.ts";
import { FLOOR_PODS, SCRIPT } from "./floor.ts";
import { untilIdle, watchShare } from "./processor.ts";
import { type Bench, CONNECTION, NAMESPACE, OUR_PODS, shellFlow } from "./product-bench.ts";
import { ratioRow, type Row, toldRow } from "./row.ts";

const SECONDS = 420;

/** So many task runs at once against so many bare pods at once. */
export async function measureCrowd(bench: Bench, count: number): Promise<Row[]> {
  const { api, cluster, floor } = bench;
  await api.saveFlow(shellFlow("crowd", SCRIPT));
  // The first of each pays for images and connections.
  await floor.barePod();
  await api.executeToEnd(NAMESPACE, "crowd", { connection: CONNECTION });
  await untilNoPods(cluster, OUR_PODS);
  await untilIdle();
  const best = await betweenFloors(SECONDS, {
    floor: async () => {
      const tookMs = await floor.barePods(count);
      await untilNoPods(cluster, FLOOR_PODS);
      await untilIdle();
      return tookMs;
    },
    measure: () => runCrowd(bench, count),
  });
  const { tookMs: value, share } = best.value;
  return [
    ratioRow(`${count} task runs at once ÷ ${count} bare pods at once`, "ms", {
      value,
      floor: best.floor,
      atMost: 1.15,
    }),
    toldRow("of the processors' work meanwhile: web and worker", share * 100, "%"),
  ];
}

async function runCrowd(
  { api, cluster, database, product }: Bench,
  count: number,
): Promise<{ tookMs: number; share: number }> {
  const shareSoFar = watchShare([product.pid("web"), product.pid("worker")]);
  const began = Date.now();
  const ends = Array.from({ length: count }, async () => {
    const id = await api.execute(NAMESPACE, "crowd", { connection: CONNECTION });
    return database.untilEnded(id);
  });
  const ended = await Promise.all(ends);
  const share = shareSoFar();
  const bad = ended.find(({ state }) => state !== "SUCCESS");
  if (bad) throw new Error(`One of the crowd ended ${bad.state}.`);
  await untilNoPods(cluster, OUR_PODS);
  await untilIdle();
  return { tookMs: Math.max(...ended.map(({ at }) => at)) - began, share };
}
