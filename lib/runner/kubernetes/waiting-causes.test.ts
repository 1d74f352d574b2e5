import { expect, test } from "vitest";
import {
  endingOfWait,
  waitForInit,
  waitOfContainer,
  waitOfEvents,
  waitOfScheduler,
  waitOnTheWay,
} from "./waiting-causes.ts";

const image = "registry.example/team/app:1";

test.each([
  [
    "a missing tag",
    "failed to resolve image: docker.io/library/busybox:nope: not found",
    0,
    "user",
    /does not exist/,
  ],
  ["a missing repository", "manifest unknown: manifest unknown", 0, "user", /does not exist/],
  [
    "a private or missing image",
    "pull access denied, repository does not exist or may require authorization",
    0,
    "user",
    /does not exist/,
  ],
  [
    "a login that is missing",
    "unexpected status from HEAD request: 401 Unauthorized",
    0,
    "user",
    /does not give out/,
  ],
  [
    "a login that is refused",
    "failed to authorize: failed to fetch anonymous token: denied",
    0,
    "user",
    /does not give out/,
  ],
  [
    "a limit of the registry",
    "429 Too Many Requests - toomanyrequests: You have reached your pull rate limit",
    null,
    "platform",
    /limits how often/,
  ],
  ["another platform", "no match for platform in manifest: not found", 0, "user", /platform/],
  [
    "a registry that is down",
    "dial tcp 10.0.0.1:443: connect: connection refused",
    null,
    "platform",
    /cannot be reached/,
  ],
  [
    "a name that does not resolve",
    "dial tcp: lookup registry.example: no such host",
    null,
    "platform",
    /cannot be reached/,
  ],
  [
    "a registry that fails",
    "unexpected status from GET request: 503 Service Unavailable",
    null,
    "platform",
    /cannot be reached/,
  ],
  [
    "an authority that the node does not know",
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    null,
    "platform",
    /does not trust/,
  ],
  [
    "a full disk",
    "write /var/lib/containerd/x: no space left on device",
    null,
    "platform",
    /no room/,
  ],
  ["what nobody knows", "something new", null, "platform", /cannot be pulled/],
] as const)(
  "an image that cannot be pulled for %s",
  (...[, message, graceSeconds, fault, says]) => {
    for (const reason of ["ErrImagePull", "ImagePullBackOff"]) {
      const wait = waitOfContainer(reason, { container: "main", image, message });
      expect(wait).toMatchObject({
        graceSeconds,
        fault,
        waiting: {
          kind: "image",
          message: expect.stringMatching(says),
          evidence: `${reason}: ${message}`,
        },
      });
      expect(wait?.waiting.message).toContain(`"${image}"`);
    }
  },
);

test.each(["ContainerCreating", "PodInitializing", "SomethingNew"])(
  "the reason %s is only being on the way",
  (reason) => {
    expect(waitOfContainer(reason, { container: "main", image, message: "" })).toBeNull();
  },
);

test.each([
  [
    "0/3 nodes are available: 3 Insufficient memory. preemption: no",
    "no node has enough free memory",
  ],
  [
    "0/3 nodes are available: 1 Insufficient nvidia.com/gpu, 2 node(s) had untolerated taint {a: b}.",
    "no node has enough free nvidia.com/gpu, and the nodes have taints",
  ],
  ["0/1 nodes are available: 1 node(s) were unschedulable.", "cordoned"],
  ["pod has unbound immediate PersistentVolumeClaims", "a volume claim"],
  ["0/5 nodes are available: 5 Too many pods.", "full of pods"],
  ["no nodes available to schedule pods", "no nodes"],
  ["a reason from the future", "no node fits the pod"],
])("the scheduler's words %s are told in ours", (message, says) => {
  const wait = waitOfScheduler("Unschedulable", message);
  expect(wait.waiting.message).toContain(says);
  expect(wait.waiting.remedy).not.toBe("");
  expect(wait.graceSeconds).toBeNull();
});

test("what waited too long says how long it was given and what it waited for", () => {
  const wait = waitOfScheduler("Unschedulable", "0/1 nodes are available: 1 Insufficient cpu.");
  expect(endingOfWait(wait, 60)).toMatchObject({
    kind: "unschedulable",
    exitCode: null,
    message: expect.stringMatching(/waitUntilRunning \(60 s\).*free cpu/),
    mainStarted: false,
  });
});

test("a final reason is told as it is", () => {
  const wait = waitOfContainer("InvalidImageName", {
    container: "main",
    image: "A B",
    message: "bad",
  });
  if (!wait) throw new Error("It has a row.");
  expect(endingOfWait(wait, null).message).toBe('"A B" is not the name of an image.');
});

test("a container that never came up is a platform failure with something to do", () => {
  const ending = endingOfWait(waitOnTheWay("starting"), 30);
  expect(ending).toMatchObject({ fault: "platform", mainStarted: false });
  expect(ending.remedy).not.toBe("");
});

test("an image that takes too long ends as one, with something to do", () => {
  const since = new Date("2026-11-29T22:00:00Z");
  const wait = waitOfEvents([], { container: "main", image, since });
  if (!wait) throw new Error("It is being pulled.");
  expect(wait.waiting).toMatchObject({
    kind: "pulling",
    message: `The node pulls the image "${image}".`,
    evidence: expect.stringContaining("since 2026-11-29T22:00:00.000Z"),
  });
  expect(endingOfWait(wait, 600)).toMatchObject({
    kind: "image",
    message: expect.stringMatching(/waitUntilRunning \(600 s\).*pulls the image/),
    remedy: expect.stringContaining("raise that, choose a smaller image"),
    mainStarted: false,
  });
});

test("an init container that takes too long is named by the end", () => {
  expect(endingOfWait(waitForInit("prepare"), 600)).toMatchObject({
    kind: "timeout",
    fault: "user",
    message: expect.stringContaining('The init container "prepare" runs before the task.'),
    remedy: expect.stringContaining("podSpec.initContainers"),
    mainStarted: false,
  });
});
