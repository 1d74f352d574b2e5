import { createHash } from "node:crypto";
import { type AttemptSpec, RunnerError } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import { LABEL, type Pod } from "./pod.ts";
import { dockerConfig } from "./registry-login.ts";

/**
 * The secret with an attempt's registry login. Its name follows from the attempt alone, so that it
 * can be removed without being listed or read, which would show other people's secrets.
 */
export function pullSecretName(attemptId: string): string {
  const hash = createHash("sha256").update(attemptId).digest("hex");
  return `podflow-pull-${hash.slice(0, 20)}`;
}

/**
 * Makes the pull secret of this attempt, or finds it made. It has to be there before the pod,
 * because a node that pulls without it waits longer and longer before it pulls again.
 * @throws RunnerError of kind `forbidden` that names the permission, or as any call
 */
export async function makePullSecret(
  api: ClusterApi,
  spec: AttemptSpec,
  options: { namespace: string; labels: Record<string, string>; signal: AbortSignal },
): Promise<void> {
  const { credentials } = spec.kubernetes;
  if (!credentials) return;
  const { namespace, labels, signal } = options;
  const config = dockerConfig(credentials, spec.image ?? "");
  const body = {
    apiVersion: "v1",
    kind: "Secret",
    type: "kubernetes.io/dockerconfigjson",
    metadata: { name: pullSecretName(spec.attemptId), namespace, labels },
    data: { ".dockerconfigjson": Buffer.from(config).toString("base64") },
  };
  try {
    await api.call("POST", pathOf(namespace), { body, signal });
  } catch (error) {
    signal.throwIfAborted();
    // The same attempt has the same login.
    if (error instanceof ApiFailure && error.reason === "AlreadyExists") return;
    throw inWords(error, api, namespace);
  }
}

function inWords(error: unknown, api: ClusterApi, namespace: string): RunnerError {
  const doing = `create the pull secret in the namespace ${namespace}`;
  const failure = runnerErrorFrom(error, api.access.server, doing);
  if (failure.kind !== "forbidden") return failure;
  return new RunnerError(
    "forbidden",
    `The connection's user may not create secrets in the namespace ${namespace}, which the task's \`credentials\` need.`,
    {
      remedy:
        "Give it the verbs create, patch and delete of secrets: the role that the connection's check shows has them. Or let an administrator make a pull secret, and name it in podSpec.imagePullSecrets.",
      evidence: failure.evidence,
      fault: "user",
      isTransient: false,
      cause: error,
    },
  );
}

/**
 * Has the secret go when the pod goes. Without the permission it stays until the run is destroyed or
 * swept, so that the failure ends nothing.
 * @throws whatever a broken connection throws
 */
export async function givePullSecretTo(
  api: ClusterApi,
  pod: Pod,
  { attemptId, signal }: { attemptId: string; signal: AbortSignal },
): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  const owner = { apiVersion: "v1", kind: "Pod", name, uid };
  try {
    await api.call("PATCH", `${pathOf(namespace)}/${pullSecretName(attemptId)}`, {
      body: { metadata: { ownerReferences: [owner] } },
      signal,
    });
  } catch (error) {
    // 404: the pod has ended and somebody removed both.
    if (!(error instanceof ApiFailure) || ![403, 404].includes(error.status)) throw error;
  }
}

/** Removes the attempt's secret; none is fine. @throws ApiFailure, whatever a broken connection throws */
export async function removePullSecret(
  api: ClusterApi,
  { attemptId, namespace }: { attemptId: string; namespace: string },
  signal: AbortSignal,
): Promise<void> {
  try {
    await api.call("DELETE", `${pathOf(namespace)}/${pullSecretName(attemptId)}`, { signal });
  } catch (error) {
    // 403: who may not remove secrets was not given any to make.
    if (!(error instanceof ApiFailure) || ![403, 404].includes(error.status)) throw error;
  }
}

/** The metadata of an object of ours, as a list without contents has it. */
export interface OwnedMetadata {
  metadata: Pod["metadata"] & { ownerReferences?: { uid: string }[] };
}

/** The attempts whose secret no pod owns. */
export function unownedAttempts(secrets: OwnedMetadata[]): OwnedMetadata[] {
  return secrets.filter(
    ({ metadata }) => !metadata.ownerReferences?.length && metadata.labels?.[LABEL.attempt],
  );
}

function pathOf(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
}
