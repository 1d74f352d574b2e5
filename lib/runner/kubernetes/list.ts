import type { OwnedRun } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import { LABEL, type Pod } from "./pod.ts";
import { isEndedPod } from "./pod-status.ts";
import { type OwnedMetadata, unownedAttempts } from "./pull-secret.ts";

interface List<T> {
  metadata: { continue?: string };
  /** null in an empty list of metadata. */
  items: T[] | null;
}

/** An API group with version, and a resource of it. */
interface Resource {
  group: string;
  plural: string;
  accept?: string;
}

const PODS: Resource = { group: "/api/v1", plural: "pods" };
/** Without their contents: those of secrets are nothing for us to see. */
const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const SECRETS: Resource = { group: "/api/v1", plural: "secrets", accept: METADATA };
const JOBS: Resource = { group: "/apis/batch/v1", plural: "jobs", accept: METADATA };

interface ListOptions {
  installationId: string;
  namespaces: string[];
  signal: AbortSignal;
}

/**
 * What this installation has in the cluster: in the whole of it where that may be asked, else in the
 * namespaces that are known. A Job or pull secret without a pod is a run as well, with a handle
 * without uid, which is destroyed by its attempt.
 * @throws RunnerError
 */
export async function listOwnedRuns(api: ClusterApi, options: ListOptions): Promise<OwnedRun[]> {
  try {
    const [pods, jobs, secrets] = await Promise.all([
      everywhere<Pod>(api, PODS, options),
      ifAllowed(everywhere<OwnedMetadata>(api, JOBS, options)),
      ifAllowed(everywhere<OwnedMetadata>(api, SECRETS, options)),
    ]);
    const runs = pods.flatMap((pod) => ownedRun(pod.metadata, isEndedPod(pod)));
    const known = new Set(runs.map(({ handle }) => handle.attemptId));
    const rest = [...jobs, ...unownedAttempts(secrets)].filter(
      ({ metadata }) => !known.has(metadata.labels?.[LABEL.attempt] ?? ""),
    );
    const all = [
      ...runs,
      ...rest.flatMap(({ metadata }) => ownedRun({ ...metadata, uid: "" }, false)),
    ];
    // How old they are is reckoned by our clock.
    return all.map((run) => ({ ...run, createdAt: api.byOurClock(run.createdAt) }));
  } catch (error) {
    options.signal.throwIfAborted();
    throw runnerErrorFrom(error, api.access.server, "list the pods of its tasks");
  }
}

/** What may not be listed was not made either, or goes with its pod. */
async function ifAllowed<T>(listing: Promise<T[]>): Promise<T[]> {
  try {
    return await listing;
  } catch (error) {
    if (error instanceof ApiFailure && [403, 404].includes(error.status)) return [];
    throw error;
  }
}

async function everywhere<T>(
  api: ClusterApi,
  resource: Resource,
  options: ListOptions,
): Promise<T[]> {
  const { group, plural } = resource;
  try {
    return await pages<T>(api, `${group}/${plural}`, resource, options);
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 403) throw error;
  }
  const found: T[] = [];
  let refusal: unknown = null;
  let answers = 0;
  for (const namespace of options.namespaces) {
    const path = `${group}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
    try {
      found.push(...(await pages<T>(api, path, resource, options)));
      answers += 1;
    } catch (error) {
      // One that was used once may be somebody else's by now.
      if (!(error instanceof ApiFailure) || error.status !== 403) throw error;
      refusal = error;
    }
  }
  if (answers === 0 && refusal !== null) throw refusal;
  return found;
}

async function pages<T>(
  api: ClusterApi,
  path: string,
  { accept }: Resource,
  { installationId, signal }: ListOptions,
): Promise<T[]> {
  const labelSelector = `${LABEL.installation}=${installationId}`;
  const found: T[] = [];
  let next: string | undefined;
  do {
    const query = { labelSelector, limit: 500, continue: next };
    const answer = await api.call("GET", path, { query, ...(accept && { accept }), signal });
    // The API server's own answer to a list of this resource.
    const page = answer as List<T>;
    found.push(...(page.items ?? []));
    next = page.metadata.continue || undefined;
  } while (next);
  return found;
}

/** Nothing when its labels were taken away, so that it cannot be told whose it is. */
function ownedRun(metadata: Pod["metadata"], isEnded: boolean): OwnedRun[] {
  const { name, namespace, uid, labels = {}, creationTimestamp = "" } = metadata;
  const attemptId = labels[LABEL.attempt];
  if (!attemptId) return [];
  return [
    {
      handle: { attemptId, namespace, name, uid },
      executionId: labels[LABEL.execution] ?? "",
      taskRunId: labels[LABEL.taskRun] ?? "",
      createdAt: new Date(creationTimestamp),
      isEnded,
    },
  ];
}
