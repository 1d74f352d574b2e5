import { setTimeout as pause } from "node:timers/promises";
import { type AttemptSpec, RunnerError } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import { type InlineFile, readInlineFiles } from "./inline-files.ts";
import { jobFromPod, type NewJob } from "./job.ts";
import { LABEL, type Pod } from "./pod.ts";
import { labelValue } from "./pod-name.ts";
import { type NewPod, podFromSpec } from "./pod-spec.ts";
import {
  givePullSecretTo,
  makePullSecret,
  pullSecretName,
  removePullSecret,
} from "./pull-secret.ts";
import { podPath } from "./read-pod.ts";
import { refusedPod } from "./refused-pod.ts";
import { startJob, STRICT } from "./start-job.ts";

/** A connection can break after the pod was made: then asking again finds it. */
const TRIES = 4;

/**
 * Makes the pod of this attempt, or takes the one that is there. With `asJob` a Job makes it.
 * @throws RunnerError
 */
export async function startPod(
  api: ClusterApi,
  spec: AttemptSpec,
  options: { installationId: string; namespace: string; signal: AbortSignal },
): Promise<Pod> {
  const { signal } = options;
  if (!spec.image) {
    throw new RunnerError("config", "The task has no image to run in.", {
      remedy: "Set containerImage.",
      fault: "user",
      isTransient: false,
    });
  }
  const inline = await readInlineFiles(spec.inputFiles, signal);
  const manifest = manifestFromSpec(spec, { ...options, inline });
  const { kind, metadata } = manifest;
  const { name, namespace } = metadata;
  const doing = `create the ${kind === "Pod" ? "pod" : kind} ${name} in the namespace ${namespace}`;
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryStart(api, spec, manifest, signal);
    } catch (error) {
      signal.throwIfAborted();
      const failure = runnerErrorFrom(error, api.access.server, doing);
      // What is told in words already, and a quota, needs time, which the caller spends better.
      const isTold = error instanceof RunnerError || failure.kind === "quota";
      if (!failure.isTransient || isTold || tries >= TRIES) {
        throw refusedPod(failure, { manifest, spec, server: api.access.server });
      }
      await pause(100 * 2 ** tries * (0.5 + Math.random()), undefined, { signal });
    }
  }
}

/** Exactly what the cluster is sent for this attempt, beside the secret of its `credentials`. */
export function manifestFromSpec(
  spec: AttemptSpec,
  options: { installationId: string; namespace: string; inline: InlineFile[] },
): NewPod | NewJob {
  const pod = podFromSpec(spec, options);
  const secrets = pod.spec.imagePullSecrets ?? [];
  const imagePullSecrets = [...secrets, { name: pullSecretName(spec.attemptId) }];
  const whole = spec.kubernetes.credentials
    ? { ...pod, spec: { ...pod.spec, imagePullSecrets } }
    : pod;
  return spec.kubernetes.asJob ? jobFromPod(whole) : whole;
}

async function tryStart(
  api: ClusterApi,
  spec: AttemptSpec,
  manifest: NewPod | NewJob,
  signal: AbortSignal,
): Promise<Pod> {
  const { namespace, labels } = manifest.metadata;
  const hasSecret = spec.kubernetes.credentials !== null;
  const { attemptId } = spec;
  if (hasSecret) await makePullSecret(api, spec, { namespace, labels, signal });
  let pod: Pod;
  try {
    pod = await (manifest.kind === "Job"
      ? startJob(api, manifest, signal)
      : createOrAdopt(api, manifest, signal));
  } catch (error) {
    signal.throwIfAborted();
    const { isTransient } = runnerErrorFrom(error, api.access.server, "");
    // While it may pass, a pod may be there that only this call has not heard of.
    if (hasSecret && !isTransient) await removePullSecret(api, { attemptId, namespace }, signal);
    throw error;
  }
  if (hasSecret) await givePullSecretTo(api, pod, { attemptId, signal });
  return pod;
}

async function createOrAdopt(api: ClusterApi, pod: NewPod, signal: AbortSignal): Promise<Pod> {
  const { namespace, name } = pod.metadata;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  try {
    // The API server's own answer to a pod that it accepted.
    return (await api.call("POST", path, { query: STRICT, body: pod, signal })) as Pod;
  } catch (error) {
    const isThere = error instanceof ApiFailure && error.reason === "AlreadyExists";
    if (!isThere) throw error;
  }
  // The API server's own answer to a read of a pod.
  const found = (await api.call("GET", podPath({ namespace, name }), { signal })) as Pod;
  const attempt = pod.metadata.labels[LABEL.attempt];
  if (found.metadata.labels?.[LABEL.attempt] === labelValue(attempt ?? "")) return found;
  throw new RunnerError(
    "config",
    `A pod ${name} of somebody else is in the namespace ${namespace}.`,
    {
      remedy: "Delete that pod, or rename the task.",
      fault: "platform",
      isTransient: true,
    },
  );
}
