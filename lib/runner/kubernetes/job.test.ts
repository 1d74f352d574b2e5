import { expect, test } from "vitest";
import type { RunIdentity } from "../contract.ts";
import { jobFromPod, jobNameOf } from "./job.ts";
import { podName } from "./pod-name.ts";
import { failureOfEvent } from "./start-job.ts";
import { runnerErrorFrom } from "./api-failure.ts";

const attemptId = "4bKz2";
const identity = (flowId: string): RunIdentity => ({
  namespace: "company.team",
  flowId,
  taskId: "shell",
  executionId: "e",
  taskRunId: "t",
  attemptNumber: 0,
});
const podOf = (flowId: string) => ({
  apiVersion: "v1" as const,
  kind: "Pod" as const,
  metadata: {
    name: podName(identity(flowId), attemptId),
    namespace: "pods",
    labels: { "podflow.dev/attempt-id": attemptId },
    annotations: { note: "kept" },
  },
  spec: { restartPolicy: "Never", containers: [{ name: "main", image: "busybox" }] },
});

test("a Job makes exactly the pod, once", () => {
  const pod = podOf("flow");
  expect(jobFromPod(pod)).toEqual({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: pod.metadata,
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 0,
      podReplacementPolicy: "Failed",
      ttlSecondsAfterFinished: 604_800,
      template: {
        metadata: { labels: pod.metadata.labels, annotations: pod.metadata.annotations },
        spec: pod.spec,
      },
    },
  });
});

test.each(["flow", "x".repeat(80), `${"x".repeat(28)}-${"y".repeat(40)}`])(
  "the Job of the flow %s is known from its pod's name, and only of such a pod",
  (flowId) => {
    const pod = podOf(flowId);
    const { name } = jobFromPod(pod).metadata;
    // Kubernetes cuts what it appends five letters to at 58 characters.
    expect(name.length).toBeLessThanOrEqual(57);
    expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
    expect(jobNameOf({ name: `${name}-7x2bq`, attemptId })).toBe(name);
    expect(jobNameOf({ name: pod.metadata.name, attemptId })).toBeNull();
    expect(jobNameOf({ name: `${name}-7x2bq`, attemptId: "another" })).toBeNull();
  },
);

const FORBIDDEN = 'Error creating: pods "a-x2x4z" is forbidden: ';

test.each([
  [`${FORBIDDEN}exceeded quota: one, requested: pods=1, used: pods=1, limited: pods=1`, "quota"],
  [`${FORBIDDEN}error looking up service account a/b: serviceaccount "b" not found`, "config"],
  [`${FORBIDDEN}violates PodSecurity "restricted:latest": runAsNonRoot != true`, "admission"],
  ['Error creating: admission webhook "rule.example" denied the request: no', "admission"],
  ['Error creating: Pod "a-x" is invalid: spec.containers: Required value', "config"],
  ["Error creating: Internal error occurred: failed calling webhook", "unreachable"],
])("the controller's words %s mean what the API server's would", (message, kind) => {
  const failure = runnerErrorFrom(failureOfEvent(message), "https://k8s", "create the pod");
  expect(failure.kind).toBe(kind);
  expect(failure.evidence).not.toContain("Error creating");
});
