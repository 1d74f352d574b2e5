import { type ClusterClient, isMainEnded } from "./cluster-client.ts";
import { OUR_PODS } from "./product-bench.ts";

/**
 * By execution, when the API server told the end of its container to the bench's own watch, in
 * milliseconds since 1970: no client knows of it before.
 */
export async function watchToldEnds(cluster: ClusterClient): Promise<ReadonlyMap<string, number>> {
  const told = new Map<string, number>();
  await cluster.watchPods(OUR_PODS, (pod) => {
    const id = pod.metadata.labels?.["podflow.dev/execution-id"] ?? "";
    if (isMainEnded(pod) && !told.has(id)) told.set(id, Date.now());
  });
  return told;
}
