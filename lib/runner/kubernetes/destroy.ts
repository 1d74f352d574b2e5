import type { RunHandle } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import { jobNameOf } from "./job.ts";
import { LABEL, type Pod } from "./pod.ts";
import { labelValue } from "./pod-name.ts";
import { removePullSecret } from "./pull-secret.ts";
import { podPath } from "./read-pod.ts";
import { jobsPath, removeJob } from "./start-job.ts";

interface DestroyOptions {
  /** null: as the pod says. */
  graceSeconds: number | null;
  /** Where to look when only the attempt is known. */
  namespaces: string[];
  installationId: string;
  /** Whether the pod of the handle has a pull secret of its own. */
  hasPullSecret: boolean;
  signal: AbortSignal;
}

/**
 * Removes the pod with what was made for it: its Job and its pull secret.
 * @throws RunnerError when the pod may still be there
 */
export async function destroyPod(
  api: ClusterApi,
  target: RunHandle | { attemptId: string; namespace?: string },
  options: DestroyOptions,
): Promise<void> {
  try {
    if ("uid" in target && target.uid !== "") await destroyKnown(api, target, options);
    else await destroyByAttempt(api, target, options);
  } catch (error) {
    options.signal.throwIfAborted();
    throw runnerErrorFrom(
      error,
      api.access.server,
      `delete the pod of attempt ${target.attemptId}`,
    );
  }
}

async function destroyKnown(
  api: ClusterApi,
  handle: RunHandle,
  options: DestroyOptions,
): Promise<void> {
  await removePod(api, handle, options);
  // It goes with the pod; this is sooner, and also works where the pod could not be made its owner.
  if (options.hasPullSecret) await removePullSecret(api, handle, options.signal);
}

/** Whatever there is of an attempt of which nobody knows how far its start got. */
async function destroyByAttempt(
  api: ClusterApi,
  { attemptId, namespace: only }: { attemptId: string; namespace?: string },
  options: DestroyOptions,
): Promise<void> {
  const { namespaces, installationId, signal } = options;
  const labelSelector = `${LABEL.attempt}=${labelValue(attemptId)},${LABEL.installation}=${installationId}`;
  for (const namespace of only ? [only] : namespaces) {
    // Jobs first: they make pods.
    for (const name of await jobsOf(api, { namespace, labelSelector }, signal))
      await removeJob(api, { namespace, name }, signal);
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
    const answer = await api.call("GET", path, { query: { labelSelector }, signal });
    // The API server's own answer to a list of pods.
    const { items } = answer as { items: Pod[] };
    for (const { metadata } of items) {
      const { name, uid } = metadata;
      await removePod(api, { attemptId, namespace, name, uid }, options);
    }
    await removePullSecret(api, { attemptId, namespace }, signal);
  }
}

async function jobsOf(
  api: ClusterApi,
  { namespace, labelSelector }: { namespace: string; labelSelector: string },
  signal: AbortSignal,
): Promise<string[]> {
  try {
    const answer = await api.call("GET", jobsPath(namespace), { query: { labelSelector }, signal });
    // The API server's own answer to a list of Jobs.
    const { items } = answer as { items: { metadata: { name: string } }[] };
    return items.map(({ metadata }) => metadata.name);
  } catch (error) {
    // Who may not see Jobs has made none.
    if (error instanceof ApiFailure && [403, 404].includes(error.status)) return [];
    throw error;
  }
}

/**
 * Asks for the end of the pod, and of the Job that made it; none is fine.
 * @throws ApiFailure, whatever a broken connection throws
 */
export async function removePod(
  api: ClusterApi,
  target: RunHandle,
  { graceSeconds, signal }: { graceSeconds: number | null; signal: AbortSignal },
): Promise<void> {
  const { namespace } = target;
  const job = jobNameOf(target);
  // First, so that it makes no other one. The pod's own end is asked for with its grace below.
  if (job !== null) await removeJob(api, { namespace, name: job }, signal);
  try {
    await api.call("DELETE", podPath(target), {
      body: {
        apiVersion: "v1",
        kind: "DeleteOptions",
        ...(graceSeconds !== null && {
          gracePeriodSeconds: Math.max(0, Math.ceil(graceSeconds)),
        }),
        // Another pod of the same name is not ours to delete.
        preconditions: { uid: target.uid },
      },
      signal,
    });
  } catch (error) {
    // 404: it is gone. 409: what has the name now is another pod.
    if (!(error instanceof ApiFailure) || ![404, 409].includes(error.status)) throw error;
  }
}
