import type { Ending, RunHandle } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import { jobNameOf } from "./job.ts";
import { isFinished, type Job, jobsPath } from "./start-job.ts";

/** The least that is a pod: with a dry run it shows whether the namespace takes any. */
const PROBE = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { generateName: "podflow-probe-" },
  spec: { containers: [{ name: "main", image: "probe" }] },
};

interface Ended {
  ending: Ending;
  signal: AbortSignal;
}

/**
 * The ending of a pod that was deleted or is gone, told as its namespace's end, or as the suspension of
 * its Job, when that is why. Best effort: else the ending stays.
 */
export async function toldOfRemoval(
  api: ClusterApi,
  handle: RunHandle,
  { ending, signal }: Ended,
): Promise<Ending> {
  if (ending.kind !== "deleted" && ending.kind !== "lost") return ending;
  const told = await toldOfNamespace(api, handle, { ending, signal });
  return told === ending ? toldOfJob(api, handle, { ending, signal }) : told;
}

/** Asks by a dry run, which needs no more rights than running tasks. */
async function toldOfNamespace(
  api: ClusterApi,
  { namespace }: RunHandle,
  { ending, signal }: Ended,
): Promise<Ending> {
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
    await api.call("POST", path, { query: { dryRun: "All" }, body: PROBE, signal });
    return ending;
  } catch (error) {
    signal.throwIfAborted();
    const { kind, evidence } = runnerErrorFrom(error, api.access.server, "create a pod");
    if (!(error instanceof ApiFailure) || kind !== "namespace") return ending;
    return {
      ...ending,
      kind,
      fault: "user",
      message: `The namespace "${namespace}" was deleted, and the pod with it.`,
      remedy: "Choose another namespace, or make it again once it is gone.",
      evidence,
    };
  }
}

/** The Job controller removes the pod of a Job that is suspended, as queues do to make room. */
async function toldOfJob(
  api: ClusterApi,
  handle: RunHandle,
  { ending, signal }: Ended,
): Promise<Ending> {
  const name = jobNameOf(handle);
  if (name === null) return ending;
  const path = `${jobsPath(handle.namespace)}/${encodeURIComponent(name)}`;
  try {
    // The API server's own answer to a read of a Job.
    const job = (await api.call("GET", path, { signal })) as Job;
    if (job.spec?.suspend !== true || isFinished(job)) return ending;
    return {
      ...ending,
      kind: "preempted",
      fault: "platform",
      message: `The Job ${name} was suspended, and its pod removed with that.`,
      remedy:
        "Something in the cluster, such as a queue, took its place away: it is run again where that is safe. kubectl describe job may say who did.",
      evidence: `Job ${handle.namespace}/${name} with suspend: true; ${ending.evidence}`,
    };
  } catch {
    signal.throwIfAborted();
    // The Job only explains: without it the end is told as it was seen.
    return ending;
  }
}
