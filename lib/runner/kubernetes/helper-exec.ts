import { setTimeout as pause } from "node:timers/promises";
import type { RunHandle } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure } from "./api-failure.ts";
import { type ExecSession, openExec } from "./exec.ts";
import { type Pod, statusOf } from "./pod.ts";
import { waitOfOne } from "./pod-status.ts";
import type { PodWatch } from "./pod-watch.ts";
import { readPod } from "./read-pod.ts";

export interface HelperTools {
  api: ClusterApi;
  watch: PodWatch;
}

/** The kubelet hears of a started container up to a second before it says so in the pod's status. */
const TRY_AGAIN_MS = 100;

/**
 * Opens a command in a helper container, as soon as that runs.
 * @returns null when the container has ended or will never run, and the pod says why
 * @throws ApiFailure when the API server refuses, whatever a broken connection throws
 */
export async function execInHelper(
  { api, watch }: HelperTools,
  handle: RunHandle,
  options: { container: string; command: string[]; signal: AbortSignal },
): Promise<ExecSession | null> {
  const { container, command, signal } = options;
  const target = { namespace: handle.namespace, name: handle.name, container, command };
  for (;;) {
    const pod = await latestPod({ api, watch }, handle, signal);
    if (!pod || isPast(pod, container)) return null;
    if (pod.spec?.nodeName) {
      try {
        return await openExec(api, target, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!isNotYet(error)) throw error;
      }
    }
    await pause(TRY_AGAIN_MS, undefined, { signal });
  }
}

/** The latest snapshot; null when the pod is gone. */
async function latestPod(
  { api, watch }: HelperTools,
  handle: RunHandle,
  signal: AbortSignal,
): Promise<Pod | null> {
  const pod = watch.get(handle.name);
  if (pod?.metadata.uid === handle.uid) return pod;
  return readPod(api, handle, signal);
}

/** Main may have ended before the helper has begun; that comes all the same, unless it cannot. */
function isPast(pod: Pod, container: string): boolean {
  if (statusOf(pod, container)?.state?.terminated) return true;
  if (pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded") return true;
  return typeof waitOfOne(pod, container)?.graceSeconds === "number";
}

/** Why a helper cannot be spoken to, in a person's words. */
export function absenceOf(pod: Pod | undefined, container: string): string {
  if (!pod) return "The pod is gone.";
  const wait = waitOfOne(pod, container);
  if (wait) return wait.waiting.message;
  const end = statusOf(pod, container)?.state?.terminated;
  const code = end
    ? ` (exit code ${end.exitCode}${end.message ? `: ${end.message.trim()}` : ""})`
    : "";
  return `The container "${container}" has ended${code}.`;
}

/** pkg/kubelet/kubelet_pods.go and pkg/registry/core/pod/strategy.go: what they say before it runs. */
function isNotYet(error: unknown): boolean {
  return (
    error instanceof ApiFailure &&
    /container not found|does not have a host assigned|not created or running|ContainerCreating|PodInitializing|pod does not exist/i.test(
      error.message,
    )
  );
}
