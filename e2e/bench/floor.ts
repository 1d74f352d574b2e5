import { type ClusterClient, isMainEnded, PODS } from "./cluster-client.ts";
import { MARK, MARK_LABEL, MARKED } from "./mark.ts";

/** Bare pods of this bench, which are not of a task. */
export const FLOOR_PODS = `${MARKED},!podflow.dev/execution-id`;
/** What the bare pod and our task run alike. */
export const SCRIPT = "echo hi";

/** A bare pod, measured as `kubectl` would see it: what no task can be faster than. */
export interface Floor {
  /** Milliseconds from the create call to the container seen terminated; then it is deleted. */
  barePod(): Promise<number>;
  /** Milliseconds until the last of so many that are asked for at once was seen terminated. */
  barePods(count: number): Promise<number>;
}

/** One watch is open before the first pod is made, so that a pod's end is seen as soon as it is told. */
export async function openFloor(cluster: ClusterClient): Promise<Floor> {
  const ends = new Map<string, () => void>();
  await cluster.watchPods(FLOOR_PODS, (pod) => {
    if (isMainEnded(pod)) ends.get(pod.metadata.name)?.();
  });
  const run = async (): Promise<{ tookMs: number; removed: Promise<unknown> }> => {
    const name = `bench-${crypto.randomUUID().slice(0, 8)}`;
    const ended = new Promise<void>((resolve) => ends.set(name, resolve));
    const began = performance.now();
    await cluster.call("POST", PODS, podOf(name));
    await ended;
    const tookMs = performance.now() - began;
    ends.delete(name);
    const removed = cluster.call("DELETE", `${PODS}/${name}?gracePeriodSeconds=0`);
    removed.catch(() => undefined);
    return { tookMs, removed };
  };
  return {
    barePod: async () => {
      const { tookMs, removed } = await run();
      await removed;
      return tookMs;
    },
    barePods: async (count) => {
      const all = await Promise.all(Array.from({ length: count }, run));
      await Promise.all(all.map(({ removed }) => removed));
      return Math.max(...all.map(({ tookMs }) => tookMs));
    },
  };
}

function podOf(name: string): object {
  const command = ["/bin/sh", "-c", SCRIPT];
  return {
    metadata: { name, labels: { [MARK_LABEL]: MARK } },
    spec: {
      restartPolicy: "Never",
      containers: [{ name: "main", image: "ubuntu", imagePullPolicy: "IfNotPresent", command }],
    },
  };
}
