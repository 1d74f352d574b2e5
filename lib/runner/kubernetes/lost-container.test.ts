import { expect, test } from "vitest";
import { endingFrom } from "./causes.ts";
import type { Pod, Terminated } from "./pod.ts";
import { stateFromPod } from "./pod-status.ts";
import realPods from "./real-pods.json" with { type: "json" };

const lost: Pod = realPods["evicted-lost"];
/** What the same pod's status says a moment later. */
const UNKNOWN: Terminated = {
  exitCode: 137,
  reason: "ContainerStatusUnknown",
  message: "The container could not be located when the pod was terminated",
};

test("an evicted pod whose node has lost the container it ran is not taken for one that never began", () => {
  const state = stateFromPod(lost, Date.parse("2026-11-25T03:49:16Z"));
  expect(state).toMatchObject({
    phase: "ended",
    ending: { kind: "evicted", mainStarted: true, exitCode: null },
  });
});

test("the exit code that a node makes up for a container it has lost is none", () => {
  expect(endingFrom({ pod: lost, main: UNKNOWN })).toMatchObject({
    kind: "evicted",
    mainStarted: true,
    exitCode: null,
  });
});

test("an evicted pod whose container was still being made never began", () => {
  const containerStatuses = [{ name: "main", state: { waiting: { reason: "ContainerCreating" } } }];
  const pod = { ...lost, status: { ...lost.status, containerStatuses } };
  expect(endingFrom({ pod, main: null })).toMatchObject({ kind: "evicted", mainStarted: false });
});
