import { RunnerError } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import type { NewJob } from "./job.ts";
import { LABEL, type Pod } from "./pod.ts";
import { linesOf } from "./pod-watch.ts";

/** What Kubernetes does not know in a manifest is an error: it would silently count for nothing. */
export const STRICT = { fieldValidation: "Strict" };

/** How long the cluster may take to make the pod before that is told as what it waits for. */
const POD_MS = 15_000;
/** A stream that the server ends early is opened again, but not at once. */
const REOPEN_MS = 250;

export interface Job {
  metadata: Pod["metadata"];
  spec?: { suspend?: boolean };
  status?: { conditions?: { type: string; status: string }[] };
}

type OwnedPod = Pod & { metadata: { ownerReferences?: { uid: string }[] } };

export function jobsPath(namespace: string): string {
  return `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs`;
}

/**
 * Makes the Job, or takes the one that is there, and waits for its pod.
 * @throws RunnerError also for what keeps the Job from making its pod: a refusal that stays removes
 * the Job, one that may pass leaves it, because the cluster goes on trying
 */
export async function startJob(api: ClusterApi, job: NewJob, signal: AbortSignal): Promise<Pod> {
  const { namespace, name } = job.metadata;
  const made = await createOrFind(api, job, signal);
  try {
    return await firstPod(api, made, { job, signal });
  } catch (error) {
    if (error instanceof RunnerError && !error.isTransient) {
      await removeJob(api, { namespace, name }, signal);
    }
    throw error;
  }
}

async function createOrFind(api: ClusterApi, job: NewJob, signal: AbortSignal): Promise<Job> {
  const { namespace, name, labels } = job.metadata;
  const path = jobsPath(namespace);
  try {
    // The API server's own answer to a Job that it accepted, and below to one that is there.
    return (await api.call("POST", path, { query: STRICT, body: job, signal })) as Job;
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.reason !== "AlreadyExists") {
      signal.throwIfAborted();
      throw inWords(error, api, job);
    }
  }
  const found = (await api.call("GET", `${path}/${encodeURIComponent(name)}`, { signal })) as Job;
  if (found.metadata.labels?.[LABEL.attempt] === labels[LABEL.attempt]) return found;
  throw new RunnerError(
    "config",
    `A Job ${name} of somebody else is in the namespace ${namespace}.`,
    { remedy: "Delete that Job, or rename the task.", fault: "platform", isTransient: true },
  );
}

function inWords(error: unknown, api: ClusterApi, job: NewJob): RunnerError {
  const { namespace, name } = job.metadata;
  const doing = `create the Job ${name} in the namespace ${namespace}`;
  const failure = runnerErrorFrom(error, api.access.server, doing);
  if (failure.kind !== "forbidden") return failure;
  return new RunnerError(
    "forbidden",
    `The connection's user may not create Jobs in the namespace ${namespace}, which the task's \`job\` needs.`,
    {
      remedy:
        "Give it the verbs create, get, list and delete of jobs in the group batch: the role that the connection's check shows has them. Or leave `job` out.",
      evidence: failure.evidence,
      fault: "user",
      isTransient: false,
      cause: error,
    },
  );
}

async function firstPod(
  api: ClusterApi,
  made: Job,
  { job, signal }: { job: NewJob; signal: AbortSignal },
): Promise<Pod> {
  if (isFinished(made)) return finishedPod(api, made, job, signal);
  const over = new AbortController();
  const limit = AbortSignal.timeout(POD_MS);
  const side = AbortSignal.any([signal, limit, over.signal]);
  const late = new Promise<never>((_, reject) => {
    limit.addEventListener("abort", () => reject(latePod(made)), { once: true });
  });
  const waits = [podOf(api, made, job, side), refusalOf(api, made, side), late];
  try {
    return await Promise.race(waits);
  } catch (error) {
    signal.throwIfAborted();
    // The time limit also breaks the streams.
    throw limit.aborted ? latePod(made) : error;
  } finally {
    over.abort(new Error("The Job has its pod."));
    for (const wait of waits) wait.catch(() => undefined);
  }
}

export function isFinished({ status }: Job): boolean {
  const ends = ["Complete", "Failed"];
  return (status?.conditions ?? []).some(
    ({ type, status: is }) => ends.includes(type) && is === "True",
  );
}

/** A Job that has finished makes no pod any more; one whose pod is gone ran, and nobody saw how. */
async function finishedPod(
  api: ClusterApi,
  made: Job,
  job: NewJob,
  signal: AbortSignal,
): Promise<Pod> {
  const { namespace, name, uid } = made.metadata;
  const answer = await api.call("GET", podsPath(namespace), {
    query: { labelSelector: selectorOf(job) },
    signal,
  });
  // The API server's own answer to a list of pods.
  const { items } = answer as { items: OwnedPod[] };
  const gone = { metadata: { name: `${name}-00000`, namespace, uid: `gone-with-${uid}` } };
  return items.find((pod) => isOf(pod, made)) ?? gone;
}

async function podOf(api: ClusterApi, made: Job, job: NewJob, signal: AbortSignal): Promise<Pod> {
  const query = { labelSelector: selectorOf(job) };
  for await (const { object } of changes<OwnedPod>(
    api,
    podsPath(made.metadata.namespace),
    query,
    signal,
  )) {
    if (isOf(object, made)) return object;
  }
  throw signal.reason;
}

/** Rejects when the cluster says that it could not make the pod. */
async function refusalOf(api: ClusterApi, made: Job, signal: AbortSignal): Promise<never> {
  const { namespace, uid, name } = made.metadata;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  const query = { fieldSelector: `involvedObject.uid=${uid},reason=FailedCreate` };
  try {
    for await (const { object } of changes<{ message?: string }>(api, path, query, signal)) {
      const doing = `create the pod of the Job ${name} in the namespace ${namespace}`;
      throw runnerErrorFrom(failureOfEvent(object.message ?? ""), api.access.server, doing);
    }
  } catch (error) {
    // Without events a refusal is told when the pod is late.
    if (!(error instanceof ApiFailure)) throw error;
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
  throw signal.reason;
}

/** The controller's event quotes the API server's answer without its status. */
export function failureOfEvent(message: string): ApiFailure {
  const text = message.replace(/^Error creating: /, "");
  if (/ is forbidden: |violates PodSecurity/.test(text)) return new ApiFailure(403, text);
  if (/admission webhook .* denied the request/.test(text)) return new ApiFailure(400, text);
  if (/ is invalid: /.test(text)) return new ApiFailure(422, text);
  return new ApiFailure(500, text);
}

/** Everything there is and then everything that comes, until the signal is aborted. */
async function* changes<T>(
  api: ClusterApi,
  path: string,
  query: Record<string, string>,
  signal: AbortSignal,
): AsyncIterable<{ type: string; object: T }> {
  while (!signal.aborted) {
    const body = await api.stream(path, { query: { ...query, watch: true }, signal });
    for await (const line of linesOf(body)) {
      // One JSON object a line, by the API's definition of a watch.
      const event = JSON.parse(line) as { type: string; object: T };
      if (event.type === "ADDED" || event.type === "MODIFIED") yield event;
    }
    await new Promise((resolve) => setTimeout(resolve, REOPEN_MS));
  }
}

function latePod({ metadata: { name }, spec }: Job): RunnerError {
  const isHeld = spec?.suspend === true;
  return new RunnerError(
    isHeld ? "unschedulable" : "unreachable",
    isHeld
      ? `The Job ${name} is suspended: something in the cluster, such as a queue, holds it back.`
      : `The cluster has accepted the Job ${name} and makes no pod for it.`,
    {
      remedy: isHeld
        ? "Wait for the queue, or see who suspended it: kubectl describe job."
        : "See the Job's events (kubectl describe job), and whether kube-controller-manager runs.",
      evidence: `no pod after ${POD_MS / 1000} s`,
      fault: "platform",
      isTransient: true,
    },
  );
}

function isOf(pod: OwnedPod, { metadata: { uid } }: Job): boolean {
  return (pod.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);
}

function selectorOf(job: NewJob): string {
  return `${LABEL.attempt}=${job.metadata.labels[LABEL.attempt] ?? ""}`;
}

function podsPath(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
}

/** Removes the Job, and with it its pod; none is fine. @throws ApiFailure, whatever a broken connection throws */
export async function removeJob(
  api: ClusterApi,
  { namespace, name }: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<void> {
  try {
    await api.call("DELETE", `${jobsPath(namespace)}/${encodeURIComponent(name)}`, {
      body: { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background" },
      signal,
    });
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 404) throw error;
  }
}
