import { decodeLines } from "#lib/store/log-chunk.ts";
import { type Bench, CONNECTION, NAMESPACE, shellFlow } from "./product-bench.ts";
import { plainRow, quantile, type Row } from "./row.ts";
import { outOfStep } from "./tasks.ts";
import { watchToldEnds } from "./told-ends.ts";

/** The container's own last word: its end by this machine's clock, for the kubelet tells whole seconds. */
const stamped = shellFlow("stamped", "sleep 0.$(date +%N | cut -c1-2); date +%s%3N");

/**
 * From a container's end to the finished execution in the database. The cluster itself learns of the
 * end at the kubelet's next look, which is the floor: what the bench's own watch sees of the same pod.
 */
export async function measureEnds(bench: Bench, rounds: number): Promise<Row[]> {
  const { api, cluster, database } = bench;
  await api.saveFlow(stamped);
  const told = await watchToldEnds(cluster);
  const ours: number[] = [];
  const clusters: number[] = [];
  const all: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await outOfStep();
    const id = await api.execute(NAMESPACE, "stamped", { connection: CONNECTION });
    const { at, state } = await database.untilEnded(id);
    const printed = Number((await api.logLines(id)).at(-1));
    const toldAt = told.get(id);
    if (state !== "SUCCESS" || !printed || !toldAt) throw new Error(`${id} ended ${state}.`);
    all.push(at - printed);
    clusters.push(toldAt - printed);
    ours.push(at - toldAt);
  }
  return [
    plainRow("end told by the cluster → finished in the database, p95", "ms", {
      value: quantile(ours, 0.95),
      atMost: 150,
    }),
    plainRow("container end → finished in the database, p95", "ms", {
      value: quantile(all, 0.95),
      floor: quantile(clusters, 0.95),
      atMost: Math.round(quantile(clusters, 0.95)) + 150,
    }),
  ];
}

/** Prints its clock (milliseconds) every 50 ms. */
export const talking = shellFlow(
  "talking",
  'for i in $(seq 1 200); do echo "at $(date +%s%3N)"; sleep 0.05; done',
);

/** From the pod's clock in a printed line to that line in the database, on one machine. */
export async function measureLines({ api, database }: Bench): Promise<Row[]> {
  await api.saveFlow(talking);
  const delays: number[] = [];
  let next = 0;
  let reading: Promise<void> = Promise.resolve();
  const look = async (id: string): Promise<void> => {
    const chunks = await database.query<{ data: Buffer; first_line: number }>(
      `SELECT data, first_line::int FROM log_chunks WHERE execution_id = $1 AND first_line >= $2
       ORDER BY first_line`,
      [id, next],
    );
    const now = Date.now();
    for (const line of chunks.flatMap(({ data }) => decodeLines(data))) {
      delays.push(now - Number(/at (\d{13})/.exec(Buffer.from(line.bytes).toString())?.[1]));
      next += 1;
    }
  };
  const id = await api.execute(NAMESPACE, "talking", { connection: CONNECTION });
  const stop = database.onChange((changed) => {
    if (changed === id) reading = reading.then(() => look(id));
  });
  await database.untilEnded(id);
  await reading;
  stop();
  if (delays.length < 200) throw new Error(`Only ${delays.length} of 200 lines were seen.`);
  return [
    plainRow("line printed → in the database, p95", "ms", {
      value: quantile(delays, 0.95),
      atMost: 150,
    }),
  ];
}
