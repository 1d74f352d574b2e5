import { setTimeout as pause } from "node:timers/promises";
import type { RunHandle, RunWaiting } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure } from "./api-failure.ts";
import { evidenceFrom } from "./cause.ts";
import { endByNode } from "./end-facts.ts";
import { type ExecSession, openExec } from "./exec.ts";
import { type Pod, statusOf } from "./pod.ts";
import { isForsaken, waitOfOne } from "./pod-status.ts";
import type { PodWatch } from "./pod-watch.ts";
import { readPod } from "./read-pod.ts";

export interface HelperTools {
  api: ClusterApi;
  watch: PodWatch;
}

/** The kubelet hears of a started container up to a second before it says so in the pod's status. */
const TRY_AGAIN_MS = 100;
/** Of one that cannot start for now, because of its image for example. */
const LOOK_AGAIN_MS = 500;

/** How long one is waited for that cannot start for now, and who is told why. */
interface Patience {
  limitMs: number;
  onWait: (waiting: RunWaiting | null) => void;
}

/**
 * Opens a command in a helper container, as soon as that runs.
 * @param options.patience absent: as long as it takes
 * @returns null when the container has ended or will never run, and the pod says why
 * @throws ApiFailure when the API server refuses, whatever a broken connection throws
 */
export async function execInHelper(
  { api, watch }: HelperTools,
  handle: RunHandle,
  options: { container: string; command: string[]; signal: AbortSignal; patience?: Patience },
): Promise<ExecSession | null> {
  const { container, command, signal, patience } = options;
  const target = { namespace: handle.namespace, name: handle.name, container, command };
  const giveUpAt = performance.now() + (patience?.limitMs ?? Number.POSITIVE_INFINITY);
  let hasWaited = false;
  for (;;) {
    const pod = await latestPod({ api, watch }, handle, signal);
    if (!pod || isPast(pod, container, api.now())) return null;
    const wait = waitOfOne(pod, container);
    if (wait) {
      if (performance.now() > giveUpAt) return null;
      patience?.onWait(wait.waiting);
      hasWaited = true;
      await pause(LOOK_AGAIN_MS, undefined, { signal });
      continue;
    }
    if (pod.spec?.nodeName) {
      try {
        const session = await openExec(api, target, signal);
        if (hasWaited) patience?.onWait(null);
        return session;
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
function isPast(pod: Pod, container: string, now: number): boolean {
  if (statusOf(pod, container)?.state?.terminated || isForsaken(pod, now)) return true;
  if (pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded") return true;
  return typeof waitOfOne(pod, container)?.graceSeconds === "number";
}

/**
 * Why a helper cannot be spoken to, in a person's words.
 * @param now milliseconds, as the cluster's clock tells them
 */
export function absenceOf(pod: Pod | undefined, container: string, now: number): string {
  if (!pod) return "The pod is gone.";
  if (isForsaken(pod, now)) return `The node ${pod.spec?.nodeName ?? ""} does not answer.`;
  const told = endByNode(pod);
  if (told) return `The pod was ended first: ${evidenceFrom(told.reason, told.message.trim())}`;
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
