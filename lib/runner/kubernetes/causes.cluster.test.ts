import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { openRunnerStage, type RunnerStage } from "#e2e/cluster/runner-stage.ts";
import { openScarcePlace } from "#e2e/cluster/scarce-place.ts";
import type { Ending, Runner } from "../contract.ts";
import { inputFile } from "../contract-suite/stage.ts";
import {
  openTestNamespace,
  scriptSpec,
  type SpecChanges,
  type TestNamespace,
  watchToEnd,
} from "./test-stage.ts";

let stage: RunnerStage;
let cluster: Cluster;
let namespace: TestNamespace;
let runner: Runner;

beforeAll(async () => {
  stage = await openRunnerStage();
  ({ cluster, namespace } = stage);
  runner = await namespace.runner();
});

afterAll(() => stage.close());

const signal = (): AbortSignal => AbortSignal.timeout(150_000);

/** The ending, and what can still be told of the pod, which may be gone by then. */
async function endOf(
  changes: SpecChanges,
  script = "true",
): Promise<{ ending: Ending; told: string }> {
  const handle = await runner.start(scriptSpec(script, changes), signal());
  try {
    const { ending } = await watchToEnd(runner, handle, signal());
    const told = JSON.stringify(await runner.inspect(handle, signal()));
    expect(told).toContain(`"uid":"${handle.uid}"`);
    return { ending, told };
  } finally {
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
  }
}

const keyOf = (key: string) => ({ configMapKeyRef: { name: "kube-root-ca.crt", key } });

describe.concurrent("a cause is told with the name that it has in the cluster", () => {
  test.each([
    [
      "a volume of a Secret that there is not",
      {
        podSpec: { volumes: [{ name: "login", secret: { secretName: "no-such-login" } }] },
        containerSpec: { volumeMounts: [{ name: "login", mountPath: "/login" }] },
      },
      "volume",
      'The Secret "no-such-login" of a volume does not exist',
    ],
    [
      "a key that its ConfigMap lacks",
      { containerSpec: { env: [{ name: "A", valueFrom: keyOf("nope") }] } },
      "config",
      'The ConfigMap "kube-root-ca.crt" that the container refers to has no key "nope"',
    ],
    [
      "an init container that fails",
      {
        podSpec: {
          initContainers: [{ name: "prepare", image: "busybox", command: ["sh", "-c", "exit 7"] }],
        },
      },
      "config",
      'The init container "prepare" ended with exit code 7',
    ],
    [
      "a volume claim that there is not",
      {
        podSpec: { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "gone" } }] },
        waitUntilRunningSeconds: 3,
      },
      "unschedulable",
      'the volume claim "gone" does not exist',
    ],
  ] satisfies [string, SpecChanges["kubernetes"], Ending["kind"], string][])(
    "%s",
    async (...[, kubernetes, kind, says]) => {
      const { ending, told } = await endOf({ kubernetes });
      expect(ending).toMatchObject({ kind, fault: "user", mainStarted: false });
      expect(ending.message).toContain(says);
      expect(told).toContain('"kind":"Pod"');
      expect(told).toMatch(/"reason":"(FailedMount|Failed|Started|FailedScheduling)"/);
    },
  );

  test("input files that are not there when the time is over", async () => {
    const podSpec = { terminationGracePeriodSeconds: 1 };
    const inputFiles = [inputFile("much.txt", Buffer.alloc(512 * 1024))];
    const changes = { inputFiles, timeoutSeconds: 3, kubernetes: { podSpec } };
    const { ending } = await endOf(changes, "echo never");
    expect(ending).toMatchObject({ kind: "input-files", fault: "platform", mainStarted: false });
    expect(ending.message).toMatch(/^The input files were not all there after \d+ s/);
  });

  // The kubelet measures volumes once a minute.
  test("a volume that grows over its limit", async () => {
    const kubernetes = {
      podSpec: { volumes: [{ name: "scratch", emptyDir: { sizeLimit: "1Mi" } }] },
      containerSpec: { volumeMounts: [{ name: "scratch", mountPath: "/scratch" }] },
    };
    const script = "head -c 5000000 /dev/zero > /scratch/much; sleep 140";
    const { ending, told } = await endOf({ kubernetes }, script);
    expect(ending).toMatchObject({ kind: "evicted", fault: "user", mainStarted: true });
    expect(ending.message).toBe(
      'The volume "scratch" grew over its limit of 1Mi, and the pod was evicted.',
    );
    expect(told).toContain('"reason":"Evicted"');
  });

  test("a namespace that is deleted with its pods", async () => {
    const doomed = await openTestNamespace(cluster.kubeconfigPath);
    const own = await doomed.runner();
    const script = "trap 'exit 0' TERM; sleep 80 & wait";
    const handle = await own.start(scriptSpec(script), signal());
    let ending: Ending | null = null;
    for await (const observation of own.observe(handle, signal())) {
      if (observation.phase === "ended") ending = observation.ending;
      if (observation.phase === "running") await doomed.call("DELETE", "");
    }
    expect(ending).toMatchObject({ kind: "namespace", fault: "user", mainStarted: true });
    expect(ending?.message).toContain(`"${doomed.name}" was deleted`);
    await expect(own.start(scriptSpec("true"), signal())).rejects.toMatchObject({
      kind: "namespace",
      isTransient: false,
    });
    await own.close();
    await doomed.api.close();
  });

  test("a pod that writes more to the disk than its limit", async () => {
    const resources = { requests: {}, limits: { "ephemeral-storage": "1Mi" } };
    const script = "head -c 8388608 /dev/zero > /tmp/x; sleep 80";
    const { ending } = await endOf({ command: ["sh", "-c", script], kubernetes: { resources } });
    expect(ending).toMatchObject({ kind: "evicted", fault: "user", mainStarted: true });
    expect(ending.message).toBe(
      "The pod used more disk than the limit of its containers, 1Mi, and was evicted.",
    );
  });

  test("a pod that has to make room for one of higher priority", async ({ onTestFinished }) => {
    const place = await openScarcePlace(stage.admin, namespace.name);
    onTestFinished(() => place.close());
    const { resource, urgentPod } = place;
    const resources = { requests: { [resource]: "1" }, limits: { [resource]: "1" } };
    const script = "trap 'exit 0' TERM; sleep 80 & wait";
    const handle = await runner.start(scriptSpec(script, { kubernetes: { resources } }), signal());
    let ending: Ending | null = null;
    for await (const observation of runner.observe(handle, signal())) {
      if (observation.phase === "ended") ending = observation.ending;
      if (observation.phase === "running") await namespace.call("POST", "/pods", urgentPod);
    }
    expect(ending).toMatchObject({ kind: "preempted", fault: "platform", mainStarted: true });
    expect(ending?.message).toBe("The pod had to make room for one of higher priority.");
  });
});
