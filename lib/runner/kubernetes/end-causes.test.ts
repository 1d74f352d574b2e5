import { describe, expect, test } from "vitest";
import { END_CAUSES, endingFrom } from "./causes.ts";
import type { EndRow } from "./end-facts.ts";
import { WAITS_FOR_FILES } from "./helper-script.ts";
import { type Pod, type PodStatus, statusOf, type Terminated } from "./pod.ts";
import realPods from "./real-pods.json" with { type: "json" };
import { sentencePattern } from "./sentence-pattern.ts";

/** Pods of a Kubernetes 1.37 with containerd, as its API server gave them out. */
const real: Record<string, Pod> = realPods;

function realPod(name: string): Pod {
  const found = real[name];
  if (!found) throw new Error(`There is no real pod "${name}".`);
  return found;
}

function podWith(status: PodStatus, metadata: Partial<Pod["metadata"]> = {}): Pod {
  const base = realPod("running");
  return { ...base, metadata: { ...base.metadata, ...metadata }, status };
}

const failed = (reason: string, message?: string): Pod =>
  podWith({ phase: "Failed", reason, message });
const disrupted = (reason: string): Pod =>
  podWith({
    phase: "Failed",
    conditions: [{ type: "DisruptionTarget", status: "True", reason, message: "because" }],
  });
const mainEnded = (exitCode: number, more: Partial<Terminated> = {}): Pod =>
  podWith({
    phase: "Failed",
    containerStatuses: [
      {
        name: "main",
        state: {
          terminated: {
            exitCode,
            reason: "Error",
            startedAt: "2026-11-24T21:23:00Z",
            finishedAt: "2026-11-24T21:23:30Z",
            ...more,
          },
        },
      },
    ],
  });
const notStarted = (message: string): Pod =>
  mainEnded(128, {
    reason: "StartError",
    message: `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${message}`,
  });
const TASK_START = 'failed to start containerd task "0c":';
const initEnded = (reason: string, name = "prepare"): Pod =>
  podWith({
    phase: "Failed",
    initContainerStatuses: [{ name, state: { terminated: { exitCode: 137, reason } } }],
  });
const annotated = (pod: Pod, annotations: Record<string, string>): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, annotations },
});

/** A pod that the kubelet ended at its limit, a minute after its init container had begun to bring files. */
const broughtUntil = (finishedAt: string): Pod => {
  const pod = podWith({
    phase: "Failed",
    reason: "DeadlineExceeded",
    startTime: "2026-11-24T21:23:00Z",
    initContainerStatuses: [
      { name: "init-files", state: { terminated: { exitCode: 0, finishedAt } } },
    ],
    containerStatuses: [{ name: "main", state: { waiting: { reason: "PodInitializing" } } }],
  });
  const spec = { containers: [], ...pod.spec, activeDeadlineSeconds: 60 };
  return annotated({ ...pod, spec }, { "podflow.dev/upload": "true" });
};

/** A case for each row, where there is one from a real pod. */
const ENDS: Record<string, Pod> = {
  "evicted-volume-limit": realPod("evicted-size"),
  "evicted-container-disk": failed(
    "Evicted",
    'Container main exceeded its local ephemeral storage limit "2Mi". ',
  ),
  "evicted-pod-disk": realPod("evicted-disk"),
  "evicted-usage": failed(
    "Evicted",
    "The node was low on resource: memory. Threshold quantity: 100Mi, available: 51268Ki. Container main was using 823Mi, request is 0, has larger consumption of memory. ",
  ),
  "evicted-node-disk": failed(
    "Evicted",
    "The node was low on resource: ephemeral-storage. Threshold quantity: 200Mi, available: 116604Ki. Container main was using 56Ki, request is 0, has larger consumption of ephemeral-storage. Container files was using 52Ki, request is 0, has larger consumption of ephemeral-storage. ",
  ),
  "evicted-resource": failed("Evicted", "The node was low on resource: pids. "),
  "evicted-pressure": failed("Evicted", "The node had condition: [DiskPressure]. "),
  evicted: failed("Evicted"),
  "evicted-by-api": disrupted("EvictionByEvictionAPI"),
  "preempted-by-scheduler": disrupted("PreemptionByScheduler"),
  "preempted-by-node": failed("Preempting", "Preempted in order to admit critical pod"),
  "node-shutting-down": failed("NodeShutdown", "Pod was rejected as the node is shutting down."),
  "node-shutdown": failed(
    "Terminated",
    "Pod was terminated in response to imminent node shutdown.",
  ),
  "node-tainted": disrupted("DeletionByTaintManager"),
  "node-removed": disrupted("DeletionByPodGC"),
  "node-lost": failed("NodeLost"),
  "node-full": realPod("node-full"),
  "node-forbids": realPod("sysctl"),
  "node-refused": realPod("node-selector-direct"),
  "pod-deadline-of-files": broughtUntil("2026-11-24T21:24:01Z"),
  "pod-deadline-of-task": annotated(failed("DeadlineExceeded"), {
    "podflow.dev/timeout-seconds": "30",
  }),
  "pod-deadline": realPod("deadline"),
  deleted: podWith({ phase: "Failed" }, { deletionTimestamp: "2026-11-24T21:23:40Z" }),
  "status-unknown": mainEnded(137, { reason: "ContainerStatusUnknown" }),
  "oom-at-start": notStarted("container init was OOM-killed (memory limit too low?)"),
  "start-disk": notStarted('error mounting "/x" to rootfs: mkdir /x: no space left on device'),
  "program-missing": realPod("no-program"),
  "program-forbidden": realPod("no-permission"),
  "program-platform": notStarted('exec: "/app": exec format error'),
  "working-directory": realPod("bad-cwd"),
  "mount-target": realPod("bad-mount"),
  "start-cut": mainEnded(128, {
    reason: "StartError",
    message: 'failed to start containerd task "0c18710e3dfb": context canceled',
  }),
  "cannot-start": notStarted("can't get final child's PID from pipe: EOF"),
  oom: realPod("oom"),
  "time-limit": annotated(mainEnded(137), { "podflow.dev/timeout-seconds": "30" }),
  "input-files-late": realPod("files-late"),
  "input-files-cut": mainEnded(137, { message: WAITS_FOR_FILES }),
  "self-input-files": mainEnded(41, { message: "podflow: the input files could not be written" }),
  "input-files": realPod("helper-failed"),
  "init-oom": initEnded("OOMKilled"),
  "init-failed": realPod("init-failed"),
  "helper-lost": podWith({
    phase: "Failed",
    initContainerStatuses: [
      {
        name: "init-files",
        state: {
          terminated: {
            exitCode: 128,
            reason: "StartError",
            message:
              "failed to create containerd task: failed to create shim task: context canceled",
          },
        },
      },
    ],
  }),
  helper: initEnded("Error", "init-files"),
  "exit-0-oom": realPod("oom-child"),
  "exit-0": realPod("exit-0"),
  "exit-126": realPod("exit-126"),
  "exit-127": realPod("exit-127"),
  ...Object.fromEntries(
    [
      ["hup", 1],
      ["int", 2],
      ["quit", 3],
      ["ill", 4],
      ["trap", 5],
      ["abrt", 6],
      ["bus", 7],
      ["fpe", 8],
      ["kill", 9],
      ["segv", 11],
      ["pipe", 13],
      ["term", 15],
      ["xcpu", 24],
      ["xfsz", 25],
    ].map(([name, number]) => [`signal-${name}`, mainEnded(128 + Number(number))]),
  ),
  exit: realPod("exit-3"),
  "no-status": podWith({ phase: "Succeeded" }),
};

describe("a pod that has ended", () => {
  test.each(END_CAUSES.map((row) => [row.id, row] as const))("as %s", (id, row: EndRow) => {
    const pod = ENDS[id];
    if (!pod) throw new Error(`There is no case for the row "${id}".`);
    const main = statusOf(pod, "main")?.state?.terminated ?? null;
    const ending = endingFrom({ pod, main });
    expect(ending).toMatchObject({ kind: row.kind, fault: row.fault });
    expect(ending.message).toMatch(sentencePattern(row.says));
    expect(ending.remedy).toMatch(sentencePattern(row.remedy));
    const never = { mainStarted: false, exitCode: null };
    expect(ending).toMatchObject(row.began === "no" ? never : {});
    const isSuccess = ending.kind === "exit" && ending.exitCode === 0;
    expect(isSuccess).toBe(id.startsWith("exit-0"));
  });

  test.each([
    ["evicted-size", 'The volume "v" grew over its limit of 1Mi, and the pod was evicted.'],
    ["evicted-disk", "The pod used more disk than the limit of its containers, 2Mi, and was"],
    ["no-program", '"nope" is not in the image busybox.'],
    ["no-permission", '"/etc/passwd" may not be executed'],
    ["init-failed", 'The init container "prepare" ended with exit code 7'],
    ["node-full", "had less free cpu than the scheduler thought"],
    ["sysctl", "does not allow what the pod asks for: SysctlForbidden"],
  ])("names what the real pod %s says", (name, says) => {
    const pod = realPod(name);
    const main = statusOf(pod, "main")?.state?.terminated ?? null;
    expect(endingFrom({ pod, main }).message).toContain(says);
  });

  test("tells an eviction with its resource, its use and its request", () => {
    const pod = ENDS["evicted-usage"];
    if (!pod) throw new Error("It is above.");
    expect(endingFrom({ pod, main: null })).toMatchObject({
      message:
        'The node localhost ran short of memory and evicted the pod: its container "main" used 823Mi, with 0 requested.',
      remedy: expect.stringContaining("resources.request.memory"),
    });
  });
});

test.each([
  ["before it was evicted is its own", "2026-11-24T21:23:31Z", "exit"],
  ["that was seen before the eviction's deletion is its own", undefined, "exit"],
  ["when it was evicted is the eviction's", "2026-11-24T21:23:30Z", "evicted"],
])("a program's end %s", (_, deletionTimestamp, kind) => {
  const { status } = disrupted("EvictionByEvictionAPI");
  const { containerStatuses } = mainEnded(0).status ?? {};
  const pod = podWith(
    { ...status, containerStatuses },
    deletionTimestamp === undefined ? {} : { deletionTimestamp, deletionGracePeriodSeconds: 0 },
  );
  const main = statusOf(pod, "main")?.state?.terminated ?? null;
  expect(endingFrom({ pod, main })).toMatchObject({ kind, exitCode: 0 });
});

test.each([
  ["that the node lost may have begun", "Unknown", "", true],
  ["that was cut off may have begun", "StartError", `${TASK_START} context canceled`, true],
  ["that OCI refused has not begun", "StartError", `${TASK_START} OCI runtime: transport`, false],
  ["that was never made has not begun", "StartError", "create task: context canceled", false],
])("a container %s", (_, reason, message, mainStarted) => {
  const pod = mainEnded(255, { reason, message });
  const main = statusOf(pod, "main")?.state?.terminated ?? null;
  const kind = mainStarted ? "lost" : "config";
  const ending = { kind, exitCode: null, fault: "platform", mainStarted };
  expect(endingFrom({ pod, main })).toMatchObject(ending);
});

test.for([
  ["listened to SIGTERM and ended as it liked, even well", 0, 31, {}, "timeout"],
  ["ended with a code of its own after its limit", 3, 31, {}, "timeout"],
  ["ended within its limit, as far as whole seconds tell", 3, 30, {}, "exit"],
  ["was killed at its limit", 137, 30, {}, "timeout"],
  ["waited for its files for a part of the time", 3, 31, { "podflow.dev/upload": "true" }, "exit"],
] as const)("a program with a time limit of 30 s that %s", ([, exitCode, seconds, more, kind]) => {
  const startedAt = "2026-11-24T21:23:00Z";
  const finishedAt = new Date(Date.parse(startedAt) + seconds * 1000).toISOString();
  const pod = annotated(mainEnded(exitCode, { startedAt, finishedAt }), {
    "podflow.dev/timeout-seconds": "30",
    ...more,
  });
  const main = statusOf(pod, "main")?.state?.terminated ?? null;
  expect(endingFrom({ pod, main })).toMatchObject({ kind });
});

describe("a pod that ended while its input files were on their way", () => {
  test("tells how long they had", () => {
    const pod = realPod("files-late");
    const main = statusOf(pod, "main")?.state?.terminated ?? null;
    expect(endingFrom({ pod, main }).message).toBe(
      "The input files were not all there after 5 s, when the task's time was over.",
    );
  });

  test("has not begun, whoever ended it", () => {
    const { containerStatuses } = mainEnded(137, { message: WAITS_FOR_FILES }).status ?? {};
    const pod = podWith({ ...ENDS["evicted-resource"]?.status, containerStatuses });
    const main = statusOf(pod, "main")?.state?.terminated ?? null;
    const ending = { kind: "evicted", mainStarted: false, exitCode: null };
    expect(endingFrom({ pod, main })).toMatchObject(ending);
  });

  test("is no longer told once they were there", () => {
    const pod = broughtUntil("2026-11-24T21:23:30Z");
    expect(endingFrom({ pod, main: null })).toMatchObject({ kind: "timeout", mainStarted: false });
  });
});
