import { expect, test } from "vitest";
import type { Pod, PodStatus } from "./pod.ts";
import { isEndedPod, stateFromPod } from "./pod-status.ts";
import realPods from "./real-pods.json" with { type: "json" };

/** Pods of a Kubernetes 1.37 with containerd, as its API server gave them out. */
const real: Record<string, Pod> = realPods;
const NOW = Date.parse("2026-11-24T21:24:00Z");

function pod(name: string): Pod {
  const found = real[name];
  if (!found) throw new Error(`There is no real pod "${name}".`);
  return structuredClone(found);
}

/** A pod that ran on a node, with another status. */
function podWith(status: PodStatus, metadata: Partial<Pod["metadata"]> = {}): Pod {
  const base = pod("running");
  return { ...base, metadata: { ...base.metadata, ...metadata }, status };
}

const ended = (exitCode: number, more: object = {}): PodStatus["containerStatuses"] => [
  {
    name: "main",
    containerID: "containerd://1",
    state: {
      terminated: {
        exitCode,
        reason: exitCode === 0 ? "Completed" : "Error",
        startedAt: "2026-11-24T21:23:00Z",
        finishedAt: "2026-11-24T21:23:30Z",
        ...more,
      },
    },
  },
];
const disrupted = (reason: string): PodStatus["conditions"] => [
  { type: "DisruptionTarget", status: "True", reason, message: "because" },
];

test.each([
  ["exit-0", "exit", 0, "user", true],
  ["exit-3", "exit", 3, "user", true],
  ["exit-127", "exit", 127, "user", true],
  ["oom", "oom", 137, "user", true],
  ["no-program", "config", null, "user", false],
  ["deadline", "timeout", 137, "user", true],
  ["evicted-size", "evicted", 137, "user", true],
  ["init-failed", "config", null, "user", false],
  ["helper-failed", "input-files", null, "platform", false],
] as const)(
  "the real pod %s has ended as %s with %s",
  (...[name, kind, exitCode, fault, mainStarted]) => {
    const state = stateFromPod(pod(name), NOW);
    expect(state).toMatchObject({ phase: "ended", ending: { kind, exitCode, fault, mainStarted } });
    expect(isEndedPod(pod(name))).toBe(true);
  },
);

test.each([
  ["image-not-found", "image", 0, /"127.0.0.1:5000\/podflow-test\/nothing:1" does not exist/],
  ["image-tag-unknown", "image", 0, /"busybox:no-such-tag" does not exist/],
  ["image-invalid", "image", 0, /"Busy Box!!" is not the name of an image/],
  ["image-never", "image", 0, /not on the node, and pullPolicy Never/],
  ["config-secret", "config", 10, /Secret "nope" that the container refers to does not exist/],
  ["config-root", "config", 0, /must not run as root/],
  ["unschedulable-cpu", "unschedulable", null, /no node has enough free cpu/],
  ["unschedulable-selector", "unschedulable", null, /no node has the labels of nodeSelector/],
  ["init-image", "image", 0, /nothing:1" does not exist/],
  ["gate-helper-image", "image", 0, /nothing:1" does not exist/],
] as const)("the real pod %s waits as %s", (name, kind, graceSeconds, message) => {
  const state = stateFromPod(pod(name), NOW);
  expect(state).toMatchObject({
    phase: "pending",
    wait: { graceSeconds, waiting: { kind, message: expect.stringMatching(message) } },
  });
  if (state.phase !== "pending") throw new Error("unreachable");
  expect(state.wait.waiting.remedy).not.toBe("");
  expect(state.wait.waiting.evidence).not.toBe("");
  expect(isEndedPod(pod(name))).toBe(false);
});

test("a real pod that runs says since when and where", () => {
  expect(stateFromPod(pod("running"), NOW)).toEqual({
    phase: "running",
    doom: null,
    hitch: null,
    marks: {
      created: expect.any(Date),
      scheduled: expect.any(Date),
      started: expect.any(Date),
      running: expect.any(Date),
      node: "localhost",
    },
  });
});

test.each([
  ["StartError", "failed to create shim task: context canceled", "platform"],
  ["Unknown", "", "platform"],
  ["StartError", 'runc create failed: exec: "sh": executable file not found in $PATH', "user"],
  ["Error", "", "user"],
] as const)(
  "a helper that ended by %s, saying %j: the fault is of the %s",
  (reason, message, fault) => {
    const running = pod("running");
    const helper = {
      name: "files",
      state: { terminated: { exitCode: 128, reason, message } },
    };
    const containerStatuses = [...(running.status?.containerStatuses ?? []), helper];
    expect(
      stateFromPod({ ...running, status: { ...running.status, containerStatuses } }, NOW),
    ).toMatchObject({ phase: "running", doom: { fault, graceSeconds: 0 } });
  },
);

test("a helper whose image cannot be had for now is a hitch of a pod that runs", () => {
  const running = pod("running");
  const message = "429 Too Many Requests - toomanyrequests: You have reached your pull rate limit";
  const helper = { name: "files", state: { waiting: { reason: "ErrImagePull", message } } };
  const containerStatuses = [...(running.status?.containerStatuses ?? []), helper];
  const state = stateFromPod({ ...running, status: { ...running.status, containerStatuses } }, NOW);
  expect(state).toMatchObject({
    phase: "running",
    doom: null,
    hitch: { graceSeconds: null, waiting: { kind: "image" } },
  });
});

test("a pod that is being deleted still runs until its container has ended", () => {
  expect(stateFromPod(pod("deleted-running"), NOW - 60_000)).toMatchObject({ phase: "running" });
});

test("a pod that stays long after its deletion is on a node that does not answer", () => {
  const deleted = pod("deleted-running");
  const long = Date.parse(deleted.metadata.deletionTimestamp ?? "") + 91_000;
  expect(stateFromPod(deleted, long)).toMatchObject({
    phase: "ended",
    ending: { kind: "node-lost", exitCode: null, fault: "platform", mainStarted: true },
  });
});

const deletedAt = (iso: string, graceSeconds: number): Partial<Pod["metadata"]> => ({
  deletionTimestamp: iso,
  deletionGracePeriodSeconds: graceSeconds,
});

test.each([
  [
    "evicted by the kubelet",
    podWith({
      phase: "Failed",
      reason: "Evicted",
      message: "The node was low on resource: memory.",
      containerStatuses: ended(137),
    }),
    "evicted",
    "platform",
  ],
  [
    "preempted by the scheduler",
    podWith(
      {
        phase: "Failed",
        containerStatuses: ended(143),
        conditions: disrupted("PreemptionByScheduler"),
      },
      deletedAt("2026-11-24T21:23:30Z", 30),
    ),
    "preempted",
    "platform",
  ],
  [
    "preempted by the kubelet for a critical pod",
    podWith({ phase: "Failed", reason: "Preempting", containerStatuses: ended(137) }),
    "preempted",
    "platform",
  ],
  [
    "ended by a node's shutdown",
    podWith({
      phase: "Failed",
      reason: "Terminated",
      message: "Pod was terminated in response to imminent node shutdown.",
      containerStatuses: ended(143),
    }),
    "node-lost",
    "platform",
  ],
  [
    "on a node that was removed",
    podWith({ phase: "Failed", conditions: disrupted("DeletionByPodGC") }),
    "node-lost",
    "platform",
  ],
  [
    "on a node with a taint",
    podWith(
      {
        phase: "Running",
        containerStatuses: ended(137),
        conditions: disrupted("DeletionByTaintManager"),
      },
      deletedAt("2026-11-24T21:23:30Z", 30),
    ),
    "node-lost",
    "platform",
  ],
  [
    "drained off its node",
    podWith(
      {
        phase: "Running",
        containerStatuses: ended(0),
        conditions: disrupted("EvictionByEvictionAPI"),
      },
      deletedAt("2026-11-24T21:23:40Z", 30),
    ),
    "evicted",
    "platform",
  ],
  [
    "refused by its node",
    podWith({
      phase: "Failed",
      reason: "OutOfcpu",
      message: "Node didn't have enough resource: cpu",
    }),
    "unschedulable",
    "platform",
  ],
  [
    "deleted while it ran",
    podWith(
      { phase: "Running", containerStatuses: ended(137) },
      deletedAt("2026-11-24T21:23:40Z", 30),
    ),
    "deleted",
    "platform",
  ],
  [
    "forgotten by its runtime",
    podWith({
      phase: "Failed",
      containerStatuses: ended(137, {
        reason: "ContainerStatusUnknown",
        message: "The container could not be located",
      }),
    }),
    "lost",
    "platform",
  ],
  ["over without any status", podWith({ phase: "Failed" }), "lost", "platform"],
  ["over with success, but nothing of main", podWith({ phase: "Succeeded" }), "lost", "platform"],
  [
    "killed by its time limit",
    podWith(
      { phase: "Failed", containerStatuses: ended(137) },
      { annotations: { "podflow.dev/timeout-seconds": "30" } },
    ),
    "timeout",
    "user",
  ],
  [
    "killed before its time limit",
    podWith(
      { phase: "Failed", containerStatuses: ended(137) },
      { annotations: { "podflow.dev/timeout-seconds": "31" } },
    ),
    "signal",
    "user",
  ],
  [
    "failed after its time limit by itself",
    podWith(
      { phase: "Failed", containerStatuses: ended(2) },
      { annotations: { "podflow.dev/timeout-seconds": "30" } },
    ),
    "exit",
    "user",
  ],
  [
    "ended by a segmentation fault",
    podWith({ phase: "Failed", containerStatuses: ended(139) }),
    "signal",
    "user",
  ],
] as const)("a pod that was %s", (_name, found, kind, fault) => {
  const state = stateFromPod(found, NOW);
  expect(state).toMatchObject({ phase: "ended", ending: { kind, fault } });
  if (state.phase !== "ended") throw new Error("unreachable");
  expect(state.ending.message).not.toMatch(/undefined|null|NaN/);
  expect([state.ending.kind, state.ending.exitCode]).not.toEqual(["exit", 0]);
});

test("exit 0 that came before the deletion stays a success", () => {
  const found = podWith(
    { phase: "Running", containerStatuses: ended(0) },
    deletedAt("2026-11-24T21:24:10Z", 30),
  );
  expect(stateFromPod(found, NOW)).toMatchObject({ ending: { kind: "exit", exitCode: 0 } });
});

test("exit 0 in answer to a deletion is no success", () => {
  const found = podWith(
    { phase: "Running", containerStatuses: ended(0) },
    deletedAt("2026-11-24T21:24:00Z", 30),
  );
  expect(stateFromPod(found, NOW)).toMatchObject({ ending: { kind: "deleted" } });
});

test("an ending names the memory limit that was too small", () => {
  expect(stateFromPod(pod("oom"), NOW)).toMatchObject({
    ending: { message: expect.stringContaining("its memory limit of 16Mi") },
  });
});

test("what main's container cannot start says what the node said", () => {
  expect(stateFromPod(pod("no-program"), NOW)).toMatchObject({
    ending: { evidence: expect.stringContaining("executable file not found") },
  });
});
