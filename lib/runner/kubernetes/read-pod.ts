import type { RunHandle } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure } from "./api-failure.ts";
import type { Pod } from "./pod.ts";

export function podPath({ namespace, name }: { namespace: string; name: string }): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
}

/** The pod of this handle; null when there is none, or only another of the same name. */
export async function readPod(
  api: ClusterApi,
  handle: RunHandle,
  signal: AbortSignal,
  limitMs?: number,
): Promise<Pod | null> {
  try {
    // The API server's own answer to a read of a pod.
    const pod = (await api.call("GET", podPath(handle), { signal, limitMs })) as Pod;
    return pod.metadata.uid === handle.uid ? pod : null;
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return null;
    throw error;
  }
}
