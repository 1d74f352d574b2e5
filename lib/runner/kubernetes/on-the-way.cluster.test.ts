import { afterAll, beforeAll, expect, test } from "vitest";
import { type LockedRegistry, openLockedRegistry } from "#e2e/cluster/locked-registry.ts";
import { openRunnerStage, type RunnerStage } from "#e2e/cluster/runner-stage.ts";
import type { Ending, Runner } from "../contract.ts";
import { scriptSpec, watchToEnd } from "./test-stage.ts";

const LOGIN = { username: "puller", password: "pull-pa55word" };

let stage: RunnerStage;
let runner: Runner;
let registry: LockedRegistry | null = null;

beforeAll(async () => {
  stage = await openRunnerStage();
  runner = await stage.namespace.runner();
  const { cluster } = stage;
  if (cluster.kind === "own") registry = await openLockedRegistry(cluster, LOGIN);
});

afterAll(async () => {
  await registry?.stop();
  await stage.close();
});

const signal = (): AbortSignal => AbortSignal.timeout(90_000);

/** A task whose image comes from the registry that can be held up. */
function slowSpec(waitUntilRunningSeconds: number) {
  const credentials = { registry: null, auth: null, ...LOGIN };
  return scriptSpec("true", {
    image: `${registry?.host}/podflow-test/nonroot`,
    kubernetes: { pullPolicy: "Always", credentials, waitUntilRunningSeconds },
  });
}

test("an image is told as long as its node pulls it", async (context) => {
  if (!registry) return context.skip();
  const letGo = registry.hold();
  const spec = slowSpec(80);
  const handle = await runner.start(spec, signal());
  let ending: Ending | null = null;
  for await (const seen of runner.observe(handle, signal())) {
    if (seen.phase === "ended") ending = seen.ending;
    const waits = seen.phase === "pending" && seen.waiting?.kind === "pulling";
    if (!waits) continue;
    expect(seen.waiting?.message).toBe(`The node pulls the image "${spec.image}".`);
    letGo();
  }
  expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
  await runner.destroy(handle, { graceSeconds: 0 }, signal());
  return undefined;
});

test("an image that takes too long to pull ends the attempt as that", async (context) => {
  if (!registry) return context.skip();
  const letGo = registry.hold();
  const handle = await runner.start(slowSpec(5), signal());
  const { ending } = await watchToEnd(runner, handle, signal());
  letGo();
  expect(ending).toMatchObject({ kind: "image", fault: "platform", mainStarted: false });
  expect(ending.message).toMatch(/waitUntilRunning \(5 s\)\. The node pulls the image ".*nonroot"/);
  expect(ending.remedy).toContain("waitUntilRunning");
  await runner.destroy(handle, { graceSeconds: 0 }, signal());
  return undefined;
});

test("an init container that takes too long is named by the end", async () => {
  const initContainers = [{ name: "prepare", image: "busybox", command: ["sleep", "60"] }];
  const kubernetes = { podSpec: { initContainers }, waitUntilRunningSeconds: 5 };
  const handle = await runner.start(scriptSpec("true", { kubernetes }), signal());
  const { ending } = await watchToEnd(runner, handle, signal());
  expect(ending).toMatchObject({ kind: "timeout", fault: "user", mainStarted: false });
  expect(ending.message).toContain('The init container "prepare" runs before the task.');
  await runner.destroy(handle, { graceSeconds: 0 }, signal());
});
