import { describe, expect, test } from "vitest";
import type { Cause } from "./cause.ts";
import { END_CAUSES, endingFrom } from "./causes.ts";
import { CONTAINER_CAUSES } from "./container-causes.ts";
import type { EndRow } from "./end-facts.ts";
import { EVENT_CAUSES } from "./event-causes.ts";
import { IMAGE_CAUSES } from "./image-causes.ts";
import { type Pod, type PodStatus, statusOf, type Terminated } from "./pod.ts";
import realEvents from "./real-events.json" with { type: "json" };
import realPods from "./real-pods.json" with { type: "json" };
import { SCHEDULER_CAUSES } from "./scheduler-causes.ts";
import { waitOfContainer, waitOfEvents, waitOfScheduler } from "./waiting-causes.ts";

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

/** The sentence of a row as a pattern; what stands in braces may be anything but nothing. */
function pattern(text: string): RegExp {
  const plain = text.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${plain.replaceAll(/\{\w+\}/g, "(?!undefined|\\?)[^{}]+?")}$`);
}

describe("a pod that has ended", () => {
  test.each(END_CAUSES.map((row) => [row.id, row] as const))("as %s", (id, row: EndRow) => {
    const pod = ENDS[id];
    if (!pod) throw new Error(`There is no case for the row "${id}".`);
    const main = statusOf(pod, "main")?.state?.terminated ?? null;
    const ending = endingFrom({ pod, main });
    expect(ending).toMatchObject({ kind: row.kind, fault: row.fault });
    expect(ending.message).toMatch(pattern(row.says));
    expect(ending.remedy).toMatch(pattern(row.remedy));
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

/** What the cluster says for each row by which a pod waits; real words where this cluster says them. */
const IMAGES: Record<string, string> = {
  "image-rate": "429 Too Many Requests - toomanyrequests: You have reached your pull rate limit",
  "image-platform": "no match for platform in manifest: not found",
  "image-disk": "write /var/lib/containerd/x: no space left on device",
  "image-certificate":
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
  "image-unreachable": "dial tcp: lookup registry.example: no such host",
  "image-missing": messageOf("image-not-found"),
  "image-login-missing": "unexpected status from HEAD request: 401 Unauthorized",
  "image-login-refused": "failed to fetch anonymous token: denied",
  "image-unknown": "something new",
};
const CONTAINERS: Record<string, string> = {
  "config-root": messageOf("config-root"),
  "config-key": messageOf("config-key"),
  "config-secret": messageOf("config-secret"),
  "config-map": messageOf("config-map"),
  "config-cache": "failed to sync secret cache: timed out waiting for the condition",
  "config-subpath": 'failed to prepare subPath for volumeMount "v" of container "main"',
  "config-other": "something new",
  "create-slow": "context deadline exceeded",
  "create-disk": "failed to create containerd container: mkdir /x: no space left on device",
  "create-no-command": "failed to generate container spec: no command specified",
  "create-other": "something new",
  "image-name": messageOf("image-invalid"),
  "image-never": messageOf("image-never"),
};
const SCHEDULER: Record<string, string> = {
  "no-room": scheduledOf("unschedulable-gpu"),
  "no-selector-match": scheduledOf("unschedulable-selector"),
  "no-node-name": "0/1 nodes are available: 1 node(s) didn't match the requested node name.",
  taints: "0/1 nodes are available: 1 node(s) had untolerated taint(s).",
  cordoned: "0/1 nodes are available: 1 node(s) were unschedulable.",
  "pods-full": "0/5 nodes are available: 5 Too many pods.",
  ports: "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  "pod-affinity": scheduledOf("unschedulable-affinity"),
  spread: "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints.",
  "claim-missing": scheduledOf("unschedulable-claim"),
  "claim-unbound": "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
  "claim-broken": 'persistentvolumeclaim "data" is being deleted',
  "volume-place":
    "0/1 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity.",
  "volume-in-use":
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod",
  "no-nodes": "no nodes available to schedule pods",
};
const EVENTS: Record<string, { reason?: string; message?: string }[]> = {
  "node-disk": realEvents["node-disk"],
  "volume-secret": realEvents["volume-secret"],
  "volume-config-map": realEvents["volume-map"],
  "volume-key": realEvents["volume-key"],
  "volume-multi-attach": [
    {
      reason: "FailedAttachVolume",
      message: 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) other',
    },
  ],
  "volume-mount": [{ reason: "FailedMount", message: "Unable to attach or mount volumes" }],
  "sandbox-oom": realEvents["oom-at-start"],
  sandbox: [{ reason: "FailedCreatePodSandBox", message: 'plugin type="bridge" failed' }],
  devices: [{ reason: "FailedPrepareDynamicResources", message: "driver not there" }],
  "node-warning": [{ reason: "SomethingNew", message: "odd" }],
};

function messageOf(pod: string): string {
  return statusOf(realPod(pod), "main")?.state?.waiting?.message ?? "";
}

function scheduledOf(pod: string): string {
  const conditions = realPod(pod).status?.conditions ?? [];
  return conditions.find(({ type }) => type === "PodScheduled")?.message ?? "";
}

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

describe("a pod that waits", () => {
  const byId = <T extends Cause>(rows: T[]): [string, T][] => rows.map((row) => [row.id, row]);
  const facts = (message: string) => ({ container: "prepare", image: "app:1", message });

  test.each(byId(IMAGE_CAUSES))("for its image: %s", (id, row) => {
    for (const reason of ["ErrImagePull", "ImagePullBackOff"]) {
      const wait = waitOfContainer(reason, facts(IMAGES[id] ?? ""));
      expect(wait).toMatchObject({ fault: row.fault, graceSeconds: row.graceSeconds });
      expect(wait?.waiting.message).toMatch(pattern(row.says));
    }
  });

  test.each(byId(CONTAINER_CAUSES))("for a container: %s", (id, row) => {
    const wait = waitOfContainer(row.reason, facts(CONTAINERS[id] ?? ""));
    expect(wait).toMatchObject({ fault: row.fault, graceSeconds: row.graceSeconds });
    expect(wait?.waiting.message).toMatch(pattern(row.says));
  });

  test.each(byId(SCHEDULER_CAUSES))("for a node: %s", (id, row) => {
    const { waiting } = waitOfScheduler("Unschedulable", SCHEDULER[id] ?? "");
    const [, says] = /^The pod cannot be placed: (.*)\.$/.exec(waiting.message) ?? [];
    expect(says).toMatch(pattern(row.says));
    expect(waiting.remedy).toBe(row.remedy);
  });

  test.each(byId(EVENT_CAUSES))("for what its events tell: %s", (id, row) => {
    const wait = waitOfEvents(EVENTS[id] ?? []);
    expect(wait).toMatchObject({ fault: row.fault, graceSeconds: row.graceSeconds });
    expect(wait?.waiting).toMatchObject({ kind: row.kind, remedy: row.remedy });
    expect(wait?.waiting.message).toMatch(pattern(row.says));
  });

  test.each([
    ["config-key", 'The ConfigMap "there" that the container refers to has no key "nope".'],
    ["config-map", 'The ConfigMap "nowhere" that the container refers to does not exist.'],
    ["config-secret", 'The Secret "nope" that the container refers to does not exist.'],
  ])("names what the real pod %s lacks", (name, says) => {
    const { waiting } = statusOf(realPod(name), "main")?.state ?? {};
    expect(waitOfContainer(waiting?.reason ?? "", facts(waiting?.message ?? ""))).toMatchObject({
      waiting: { message: says },
    });
  });

  test("tells every resource that no node has enough of", () => {
    expect(waitOfScheduler("Unschedulable", scheduledOf("unschedulable-two"))).toMatchObject({
      waiting: {
        message:
          "The pod cannot be placed: no node has enough free cpu, and no node has enough free memory.",
      },
    });
  });

  test("names the claim that is not there", () => {
    expect(waitOfScheduler("Unschedulable", scheduledOf("unschedulable-claim"))).toMatchObject({
      waiting: { message: 'The pod cannot be placed: the volume claim "nope" does not exist.' },
    });
  });
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
