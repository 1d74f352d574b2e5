import { suffixOf } from "./pod-name.ts";
import type { NewPod } from "./pod-spec.ts";

/** A week: the net below our own removal, long enough for a finished run to be adopted. */
const TTL_SECONDS = 7 * 24 * 3600;
/** Kubernetes appends `-xxxxx` to it for the pod's name, and would cut a longer one first. */
const MAX_JOB_NAME = 57;

export interface NewJob {
  apiVersion: "batch/v1";
  kind: "Job";
  metadata: NewPod["metadata"];
  spec: {
    completions: 1;
    parallelism: 1;
    backoffLimit: 0;
    podReplacementPolicy: "Failed";
    ttlSecondsAfterFinished: number;
    template: {
      metadata: Pick<NewPod["metadata"], "labels" | "annotations">;
      spec: NewPod["spec"];
    };
  };
}

/**
 * The Job that makes this pod, once: it never makes a second one, because no failure is tried again
 * and a pod is not replaced before it has certainly ended, which is a failure.
 */
export function jobFromPod(pod: NewPod): NewJob {
  const { labels, annotations } = pod.metadata;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { ...pod.metadata, name: shortened(pod.metadata.name) },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 0,
      podReplacementPolicy: "Failed",
      ttlSecondsAfterFinished: TTL_SECONDS,
      template: { metadata: { labels, annotations }, spec: pod.spec },
    },
  };
}

/** A pod's name is cut before its end, which follows from the attempt. */
function shortened(name: string): string {
  if (name.length <= MAX_JOB_NAME) return name;
  const end = name.slice(name.lastIndexOf("-"));
  return `${name.slice(0, MAX_JOB_NAME - end.length).replace(/-+$/, "")}${end}`;
}

/** The Job that made the pod of this name; null for a pod that we made ourselves. */
export function jobNameOf({ name, attemptId }: { name: string; attemptId: string }): string | null {
  const end = name.lastIndexOf("-");
  const job = name.slice(0, Math.max(0, end));
  return job.endsWith(suffixOf(attemptId)) ? job : null;
}
