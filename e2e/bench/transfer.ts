import { openAsBlob } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { betweenFloors } from "./between-floors.ts";
import { PODS } from "./cluster-client.ts";
import { secondsOfCat } from "./exec-cat.ts";
import { MARK, MARK_LABEL } from "./mark.ts";
import { type Bench, CONNECTION, NAMESPACE, shellFlow, watchMemory } from "./product-bench.ts";
import { plainRow, ratioRow, type Row } from "./row.ts";
import { watchToldEnds } from "./told-ends.ts";

const SECONDS = 200;

const big = shellFlow("big_file", "mv data.txt out.txt", [
  'inputFiles: {data.txt: "{{ inputs.file }}"}',
  "outputFiles: [out.txt]",
]);

/**
 * A file of that size goes in and comes out: the growth of both processes, and the time that the pod
 * had to wait for it against what `kubectl exec … cat` needs for the same bytes.
 */
export async function measureTransfer(
  bench: Bench,
  folder: string,
  mebibytes: number,
): Promise<Row[]> {
  const bytes = mebibytes * 1024 ** 2;
  await bench.api.saveFlow(big);
  const path = join(folder, "big.bin");
  const file = await open(path, "w");
  const chunk = Buffer.alloc(1024 ** 2, "0123456789abcdef");
  for (let written = 0; written < bytes; written += chunk.length) await file.write(chunk);
  await file.close();
  try {
    const rounds: Brought[] = [];
    const told = await watchToldEnds(bench.cluster);
    const { value, floor } = await betweenFloors(SECONDS, {
      floor: () => catByExec(bench, path, bytes),
      measure: async () => {
        const brought = await bring(bench, { path, bytes, told });
        rounds.push(brought);
        return brought.seconds;
      },
    });
    const name = `${mebibytes} MiB in and out`;
    return [
      ratioRow(`${name} ÷ kubectl exec … cat of the same`, "s", { value, floor, atMost: 1 }),
      // Of the first, before which neither has had such a file.
      ...(["web", "worker"] as const).map((role) =>
        plainRow(`${name}: growth of ${role}`, "MiB", {
          value: rounds[0]?.growth[role] ?? Number.NaN,
          atMost: 100,
        }),
      ),
    ];
  } finally {
    await rm(path);
  }
}

interface Brought {
  seconds: number;
  /** In MiB. */
  growth: { web: number; worker: number };
}

async function bring(
  bench: Bench,
  { path, bytes, told }: { path: string; bytes: number; told: ReadonlyMap<string, number> },
): Promise<Brought> {
  const { api, product } = bench;
  const watched = (role: "web" | "worker") => watchMemory(() => product.pid(role));
  const [web, worker] = [watched("web"), watched("worker")];
  const execution = await api.executeToEnd(NAMESPACE, "big_file", {
    connection: CONNECTION,
    files: { file: await openAsBlob(path) },
  });
  const seconds = await secondsOfFiles(bench, execution.id, told.get(execution.id));
  const uri = execution.taskRunList[0]?.outputs.outputFiles?.["out.txt"];
  if (uri === undefined)
    throw new Error(`The big file did not come out: ${JSON.stringify(execution.state)}`);
  const answer = await api.file(execution.id, uri);
  let received = 0;
  for await (const part of answer.body ?? []) received += part.length;
  if (received !== bytes) throw new Error(`${received} of ${bytes} bytes came out.`);
  const growth = { web: web.stop() - web.before, worker: worker.stop() - worker.before };
  return { seconds, growth };
}

/**
 * From the container's start to the files in place, and from the moment the cluster tells its end,
 * which the kubelet sees up to a second late, to the files stored.
 */
async function secondsOfFiles(
  { database }: Bench,
  executionId: string,
  endToldAt = Number.NaN,
): Promise<number> {
  const [row] = await database.query<{ marks: Record<string, string> }>(
    "SELECT marks FROM attempts WHERE execution_id = $1",
    [executionId],
  );
  const at = (phase: string): number => Date.parse(row?.marks[phase] ?? "");
  return (at("running") - at("started") + at("collected") - endToldAt) / 1000;
}

async function catByExec(
  { kubeconfigPath, cluster }: Bench,
  path: string,
  bytes: number,
): Promise<number> {
  const name = `bench-cat-${process.pid}`;
  const container = { name: "main", image: "busybox", command: ["sleep", "600"] };
  const spec = { restartPolicy: "Never", terminationGracePeriodSeconds: 0 };
  const pod = { ...spec, containers: [{ ...container, imagePullPolicy: "IfNotPresent" }] };
  const metadata = { name, labels: { [MARK_LABEL]: MARK } };
  await cluster.call("POST", PODS, { metadata, spec: pod });
  try {
    // The API server's own answer for a pod.
    const phase = async (): Promise<string | undefined> =>
      ((await cluster.call("GET", `${PODS}/${name}`)) as { status: { phase?: string } }).status
        .phase;
    while ((await phase()) !== "Running") await pause(50);
    return await secondsOfCat(kubeconfigPath, name, { path, bytes });
  } finally {
    await cluster.call("DELETE", `${PODS}/${name}?gracePeriodSeconds=0`);
  }
}
