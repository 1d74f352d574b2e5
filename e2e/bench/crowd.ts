import { untilNoPods } from "./cluster-client.ts";
import { FLOOR_PODS, SCRIPT } from "./floor.ts";
import { type Bench, CONNECTION, NAMESPACE, OUR_PODS, shellFlow } from "./product-bench.ts";
import { ratioRow, type Row } from "./row.ts";

/**
 * So many task runs at once, between two times so many bare pods at once: a machine that becomes
 * slower or faster meanwhile counts for both.
 */
export async function measureCrowd(bench: Bench, count: number): Promise<Row[]> {
  const { api, cluster, database, floor } = bench;
  await api.saveFlow(shellFlow("crowd", SCRIPT));
  // The first of each pays for images and connections.
  await floor.barePod();
  await api.executeToEnd(NAMESPACE, "crowd", { connection: CONNECTION });
  await untilNoPods(cluster, OUR_PODS);
  const barePods = async (): Promise<number> => {
    const tookMs = await floor.barePods(count);
    await untilNoPods(cluster, FLOOR_PODS);
    return tookMs;
  };
  const before = await barePods();
  const began = Date.now();
  const ends = Array.from({ length: count }, async () => {
    const id = await api.execute(NAMESPACE, "crowd", { connection: CONNECTION });
    return database.untilEnded(id);
  });
  const ended = await Promise.all(ends);
  const bad = ended.find(({ state }) => state !== "SUCCESS");
  if (bad) throw new Error(`One of the crowd ended ${bad.state}.`);
  await untilNoPods(cluster, OUR_PODS);
  const value = Math.max(...ended.map(({ at }) => at)) - began;
  const after = await barePods();
  const name = `${count} task runs at once ÷ ${count} bare pods at once`;
  return [ratioRow(name, "ms", { value, floor: (before + after) / 2, atMost: 1.15 })];
}
