import { afterEach, describe, expect, test } from "vitest";
import type { Observation, RunHandle, Runner } from "../contract.ts";
import { createKubernetesRunner } from "./kubernetes-runner.ts";
import type { Pod } from "./pod.ts";
import { openTestServer } from "./test-server.ts";

const MINUTES_10 = 600_000;
const handle: RunHandle = { attemptId: "a", namespace: "team", name: "pod", uid: "uid" };
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A runner of an API server whose clock is this far from ours, and its one pod. */
async function runnerOf(skewMs: number, podOf: (now: number) => Pod): Promise<Runner> {
  const now = (): number => Date.now() + skewMs;
  const pod = podOf(now());
  const server = await openTestServer((call, answer) => {
    const url = new URL(call.url ?? "", "http://x");
    answer.sendDate = false;
    answer.writeHead(200, { date: new Date(now()).toUTCString() });
    if (url.searchParams.get("watch")) return answer.flushHeaders();
    const isOne = url.pathname.endsWith("/pods/pod");
    const list = url.pathname.endsWith("/pods") ? [pod] : [];
    answer.end(JSON.stringify(isOne ? pod : { metadata: { resourceVersion: "1" }, items: list }));
  });
  const runner = createKubernetesRunner({
    access: server.access,
    installationId: "test",
    defaultNamespace: "team",
  });
  closing.push(async () => {
    await runner.close();
    server.close();
  });
  return runner;
}

/** A pod that no node has room for, made so many seconds ago, with a minute to begin. */
const waitingPod =
  (seconds: number) =>
  (now: number): Pod => ({
    metadata: {
      name: "pod",
      namespace: "team",
      uid: "uid",
      resourceVersion: "1",
      creationTimestamp: new Date(now - seconds * 1000).toISOString(),
      annotations: { "podflow.dev/wait-until-running-seconds": "60" },
      labels: { "podflow.dev/attempt-id": "a" },
    },
    spec: { containers: [{ name: "main" }] },
    status: {
      phase: "Pending",
      conditions: [
        { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "no room" },
      ],
    },
  });

async function firstOf(runner: Runner): Promise<Observation> {
  for await (const seen of runner.observe(handle, AbortSignal.timeout(90_000))) return seen;
  throw new Error("Nothing was observed.");
}

describe.each([
  ["ten minutes behind", -MINUTES_10],
  ["ten minutes ahead of", MINUTES_10],
  ["as", 0],
])("a cluster's clock that is %s ours", (_title, skewMs) => {
  test("does not end a wait before its time, and its moments are told by our clock", async () => {
    const runner = await runnerOf(skewMs, waitingPod(5));
    const seen = await firstOf(runner);
    expect(seen.phase).toBe("pending");
    const age = Date.now() - Number(seen.marks.created);
    expect(age).toBeGreaterThan(0);
    expect(age).toBeLessThan(30_000);
  });

  test("does not keep a wait beyond its time", async () => {
    const runner = await runnerOf(skewMs, waitingPod(70));
    expect(await firstOf(runner)).toMatchObject({
      phase: "given-up",
      ending: { kind: "unschedulable", message: expect.stringContaining("(60 s)") },
    });
  });
});
