import { afterAll, beforeAll, expect, test } from "vitest";
import { choose } from "#e2e/cluster/choose.ts";
import { openRunnerStage, type RunnerStage } from "#e2e/cluster/runner-stage.ts";
import { leaveMemory } from "#e2e/cluster/short-memory.ts";
import { scriptSpec, watchToEnd } from "./test-stage.ts";

// Other ways to a cluster have no kubelet of ours.
const isOwn = (await choose()) === "own";
let stage: RunnerStage | null = null;

beforeAll(async () => {
  if (isOwn) stage = await openRunnerStage("pressure");
});

afterAll(() => stage?.close());

/** The program's answer to SIGTERM is an end in success, late in a second, which is told in a later one. */
const ANSWER = "s=$(date +%s); while [ $(date +%s) = $s ]; do :; done; sleep 0.9; exit 0";

test.skipIf(!isOwn)(
  "a pod that its node evicts because it runs short of memory is told so, with what it used, however its program ends",
  async () => {
    if (!stage) throw new Error("There is no cluster.");
    const { admin, cluster, namespace } = stage;
    const signal = AbortSignal.timeout(150_000);
    const runner = await namespace.runner();
    await leaveMemory(cluster, admin, 1024);
    const kubernetes = {
      podSpec: { volumes: [{ name: "memory", emptyDir: { medium: "Memory" } }] },
      containerSpec: { volumeMounts: [{ name: "memory", mountPath: "/memory" }] },
      resources: { requests: { memory: "64Mi" }, limits: {} },
    };
    const fill = "head -c 2500000000 /dev/zero > /memory/much";
    const script = `trap '${ANSWER}' TERM; ${fill} & wait; sleep 140 & wait`;
    const handle = await runner.start(scriptSpec(script, { kubernetes }), signal);
    const { ending } = await watchToEnd(runner, handle, signal);
    expect(ending).toMatchObject({ kind: "evicted", fault: "platform", mainStarted: true });
    expect(ending.message).toMatch(
      /^The node localhost ran short of memory and evicted the pod: its container "main" used \S+, with 64Mi requested\.$/,
    );
    await runner.destroy(handle, { graceSeconds: 0 }, signal);
  },
);
