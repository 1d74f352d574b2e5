import { describe, expect, test } from "vitest";
import type { Cause } from "./cause.ts";
import { CONTAINER_CAUSES } from "./container-causes.ts";
import { EVENT_CAUSES } from "./event-causes.ts";
import { IMAGE_CAUSES } from "./image-causes.ts";
import { type Pod, statusOf } from "./pod.ts";
import realEvents from "./real-events.json" with { type: "json" };
import realPods from "./real-pods.json" with { type: "json" };
import { SCHEDULER_CAUSES } from "./scheduler-causes.ts";
import { sentencePattern } from "./sentence-pattern.ts";
import { waitOfContainer, waitOfEvents, waitOfScheduler } from "./waiting-causes.ts";

/** Pods of a Kubernetes 1.37 with containerd, as its API server gave them out. */
const real: Record<string, Pod> = realPods;

function realPod(name: string): Pod {
  const found = real[name];
  if (!found) throw new Error(`There is no real pod "${name}".`);
  return found;
}

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

describe("a pod that waits", () => {
  const byId = <T extends Cause>(rows: T[]): [string, T][] => rows.map((row) => [row.id, row]);
  const facts = (message: string) => ({ container: "prepare", image: "app:1", message });

  test.each(byId(IMAGE_CAUSES))("for its image: %s", (id, row) => {
    for (const reason of ["ErrImagePull", "ImagePullBackOff"]) {
      const wait = waitOfContainer(reason, facts(IMAGES[id] ?? ""));
      expect(wait).toMatchObject({ fault: row.fault, graceSeconds: row.graceSeconds });
      expect(wait?.waiting.message).toMatch(sentencePattern(row.says));
    }
  });

  test.each(byId(CONTAINER_CAUSES))("for a container: %s", (id, row) => {
    const wait = waitOfContainer(row.reason, facts(CONTAINERS[id] ?? ""));
    expect(wait).toMatchObject({ fault: row.fault, graceSeconds: row.graceSeconds });
    expect(wait?.waiting.message).toMatch(sentencePattern(row.says));
  });

  test.each(byId(SCHEDULER_CAUSES))("for a node: %s", (id, row) => {
    const { waiting } = waitOfScheduler("Unschedulable", SCHEDULER[id] ?? "");
    const [, says] = /^The pod cannot be placed: (.*)\.$/.exec(waiting.message) ?? [];
    expect(says).toMatch(sentencePattern(row.says));
    expect(waiting.remedy).toBe(row.remedy);
  });

  test.each(byId(EVENT_CAUSES))("for what its events tell: %s", (id, row) => {
    const wait = waitOfEvents(EVENTS[id] ?? []);
    expect(wait).toMatchObject({ fault: row.fault, graceSeconds: row.graceSeconds });
    expect(wait?.waiting).toMatchObject({ kind: row.kind, remedy: row.remedy });
    expect(wait?.waiting.message).toMatch(sentencePattern(row.says));
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
