import { expect, test } from "vitest";
import { endingFrom } from "./causes.ts";
import { absenceOf } from "./helper-exec.ts";
import { type Pod, type PodStatus, statusOf, type Terminated } from "./pod.ts";
import realPods from "./real-pods.json" with { type: "json" };

/** Pods of a Kubernetes 1.37 with containerd, as its API server gave them out. */
const real: Record<string, Pod> = realPods;

interface Changes {
  main?: Partial<Terminated>;
  spec?: Partial<Pod["spec"]>;
  status?: PodStatus;
}

/** A real pod whose helper was ended after its program, with another end of that program. */
function lateEnd(name: string, { main, spec, status }: Changes = {}): Pod {
  const pod = structuredClone(real[name]);
  const end = pod && statusOf(pod, "main")?.state?.terminated;
  if (!pod?.spec || !end) throw new Error(`There is no real pod "${name}" that has ended.`);
  Object.assign(end, main);
  Object.assign(pod.spec, spec);
  pod.status = { ...pod.status, ...status };
  return pod;
}

const endingOf = (pod: Pod) =>
  endingFrom({ pod, main: statusOf(pod, "main")?.state?.terminated ?? null });

/** The same pod where the node chose it, which it tells with the pod's last phase, after all has ended. */
function chosenLate(reason: string, message: string): Pod {
  const pod = lateEnd("evicted-late");
  const conditions = [
    ...(pod.status?.conditions ?? []),
    {
      type: "DisruptionTarget",
      status: "True",
      reason: "TerminationByKubelet",
      lastTransitionTime: "2026-11-30T03:28:01Z",
    },
  ];
  return { ...pod, status: { ...pod.status, reason, message, conditions } };
}
const LOW = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 51268Ki. ";
const SHUTDOWN = "Pod was terminated in response to imminent node shutdown.";

test.each([
  ["before the pod's own limit", lateEnd("deadline-late")],
  [
    "before the pod's limit, which follows from the task's",
    lateEnd("deadline-late", { spec: { activeDeadlineSeconds: 720 } }),
  ],
  ["before a volume grew over its limit", lateEnd("evicted-late")],
  ["before the node ran short", chosenLate("Evicted", LOW)],
  ["before the node shut down", chosenLate("Terminated", SHUTDOWN)],
  ["before the node made room", chosenLate("Preempting", "Preempted")],
])("a success %s stays one", (_, pod) => {
  expect(endingOf(pod)).toMatchObject({ kind: "exit", exitCode: 0, mainStarted: true });
});

test.each(["deadline-late", "evicted-late"])(
  "a program that failed before its pod was ended failed by itself: %s",
  (name) => {
    const pod = lateEnd(name, { main: { exitCode: 3, reason: "Error" } });
    expect(endingOf(pod)).toMatchObject({ kind: "exit", exitCode: 3, fault: "user" });
  },
);

test("a program that could not be started before its pod was ended has not begun", () => {
  const message = 'runc create failed: exec: "/nope": no such file or directory';
  const main = { exitCode: 128, reason: "StartError", message };
  const ending = endingOf(lateEnd("deadline-late", { main }));
  expect(ending).toMatchObject({ kind: "config", mainStarted: false });
});

test.each([
  [
    "in the second of the limit",
    "deadline-late",
    { finishedAt: "2026-11-30T03:27:14Z" },
    "timeout",
  ],
  ["that the node has lost", "deadline-late", { exitCode: 255, reason: "Unknown" }, "timeout"],
  [
    "while a slow node ended the pod",
    "evicted-late",
    { finishedAt: "2026-11-30T03:27:40Z" },
    "evicted",
  ],
] as const)("an end %s is told as the pod's", (...[, name, main, kind]) => {
  expect(endingOf(lateEnd(name, { main }))).toMatchObject({ kind });
});

test.each([
  ["evicted", "Evicted", LOW, 0],
  ["evicted", "Evicted", LOW, 137],
  ["node-lost", "Terminated", SHUTDOWN, 143],
  ["preempted", "Preempting", "Preempted in order to admit critical pod", 143],
])(
  "an end that came by the node's hand, in a second before it was told, is one as %s",
  (kind, reason, message, exitCode) => {
    const pod = lateEnd("evicted-answered", { main: { exitCode }, status: { reason, message } });
    expect(endingOf(pod)).toMatchObject({ kind, fault: "platform", exitCode, mainStarted: true });
  },
);

/** A real pod whose only program ended well when it was evicted, with another message of the condition. */
function endedWell(message: string, main: Partial<Terminated> = {}): Pod {
  const pod = lateEnd("evicted-well", { main });
  const conditions = pod.status?.conditions?.map((one) =>
    one.type === "DisruptionTarget" ? { ...one, message } : one,
  );
  return { ...pod, status: { ...pod.status, conditions } };
}

test.each([
  [LOW, "evicted", "The node localhost ran short of memory and evicted the pod."],
  [SHUTDOWN, "node-lost", "The node localhost was shut down while the pod ran."],
  [
    "Pod was preempted by Kubelet to accommodate a critical pod.",
    "preempted",
    "The node localhost ended the pod to make room for one that the cluster itself needs.",
  ],
])(
  "a pod that succeeded in answer to its node, which only a condition tells by %j, is told as %s",
  (condition, kind, message) => {
    const ending = { kind, message, fault: "platform", exitCode: 0, mainStarted: true };
    expect(endingOf(endedWell(condition))).toMatchObject(ending);
    expect(absenceOf(endedWell(condition), "files", 0)).toContain(condition.trim());
  },
);

test.each([
  ["long before its node chose the pod", LOW, { finishedAt: "2026-11-30T08:44:33Z" }],
  ["where the condition says something unknown", "Because.", {}],
])("a success %s stays one", (_, condition, main) => {
  expect(endingOf(endedWell(condition, main))).toMatchObject({ kind: "exit", exitCode: 0 });
});

test.each([
  ["deadline-late", "DeadlineExceeded: Pod was active on the node longer"],
  ["evicted-late", 'Evicted: Usage of EmptyDir volume "scratch" exceeds the limit "1Mi".'],
])("the loss of its files names what ended the pod: %s", (name, says) => {
  expect(absenceOf(lateEnd(name), "files", 0)).toContain(`The pod was ended first: ${says}`);
});
