import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Api } from "#e2e/cluster/api.ts";
import { kubeconfigOfServiceAccount } from "#e2e/cluster/faults.ts";
import { openRunnerStage, type RunnerStage } from "#e2e/cluster/runner-stage.ts";
import type { AttemptSpec, Runner } from "../contract.ts";
import { inputFile } from "../contract-suite/stage.ts";
import {
  readLog,
  scriptSpec,
  type SpecChanges,
  type TestNamespace,
  textsOf,
  watchToEnd,
} from "./test-stage.ts";

const WAIT = { timeout: 90_000, interval: 200 };

let stage: RunnerStage;
let admin: Api;
let namespace: TestNamespace;
let runner: Runner;
let folder: string;

beforeAll(async () => {
  stage = await openRunnerStage();
  ({ admin, namespace, folder } = stage);
  runner = await namespace.runner();
});

afterAll(() => stage.close());

const signal = (): AbortSignal => AbortSignal.timeout(90_000);
const jobSpec = (script: string, { kubernetes, ...changes }: SpecChanges = {}): AttemptSpec =>
  scriptSpec(script, { ...changes, kubernetes: { asJob: true, ...kubernetes } });

interface Item {
  metadata: { name: string; uid: string; deletionTimestamp?: string };
}

/** Jobs or pods of an attempt, also those that are going. */
async function objects(kind: "jobs" | "pods", attemptId: string): Promise<Item[]> {
  const group = kind === "jobs" ? "/apis/batch/v1" : "/api/v1";
  const path = `${group}/namespaces/${namespace.name}/${kind}`;
  const { text } = await admin.call(
    "GET",
    `${path}?labelSelector=podflow.dev%2Fattempt-id%3D${attemptId}`,
  );
  // The API server's own answer to a list.
  return (JSON.parse(text) as { items: Item[] }).items;
}

const destroy = (target: Parameters<Runner["destroy"]>[0]): Promise<void> =>
  runner.destroy(target, { graceSeconds: 0 }, signal());

async function expectNothingOf(attemptId: string): Promise<void> {
  await vi.waitFor(async () => {
    expect(await objects("jobs", attemptId)).toEqual([]);
    expect(await objects("pods", attemptId)).toEqual([]);
  }, WAIT);
}

describe.concurrent("a task in a Job", () => {
  test("is one pod with log and files, however often and by whom it is started", async () => {
    const script = "cat in.txt; echo $$ >> out.txt; sleep 1; exit 3";
    const inputFiles = [inputFile("in.txt", "brought\n")];
    const spec = jobSpec(script, { inputFiles, keepsFiles: true });
    const other = await namespace.runner();
    const [handle, theirs] = await Promise.all([
      runner.start(spec, signal()),
      other.start(spec, signal()),
    ]);
    expect(theirs).toEqual(handle);
    const [{ ending }, log] = await Promise.all([
      watchToEnd(other, handle, signal()),
      readLog(other, handle, signal()),
      other.deliver(handle, spec, signal()),
    ]);
    expect(ending).toMatchObject({ kind: "exit", exitCode: 3, fault: "user" });
    expect(textsOf(log)).toEqual(["brought"]);
    const files = await other.collect(
      handle,
      { choose: () => ["out.txt"], receive: () => Promise.resolve() },
      signal(),
    );
    expect(files).toMatchObject([{ path: "out.txt" }]);
    expect(await other.start(spec, signal())).toEqual(handle);
    expect(await objects("pods", spec.attemptId)).toHaveLength(1);
    await destroy(handle);
    await destroy(handle);
    await expectNothingOf(spec.attemptId);
  });

  test("whose pod somebody deletes is told so, and never begins again", async () => {
    const spec = jobSpec("sleep 60");
    const handle = await runner.start(spec, signal());
    for await (const { phase } of runner.observe(handle, signal())) {
      if (phase === "running") break;
    }
    const watched = watchToEnd(runner, handle, signal());
    await namespace.call("DELETE", `/pods/${handle.name}?gracePeriodSeconds=1`);
    const { ending } = await watched;
    expect(ending).toMatchObject({ kind: "deleted", fault: "platform", mainStarted: true });
    await vi.waitFor(async () => expect(await objects("pods", spec.attemptId)).toEqual([]), WAIT);
    // The Job has given up; a start that comes now finds that somebody ran it, not a new pod.
    const again = await vi.waitFor(() => runner.start(spec, signal()), WAIT);
    expect(again.uid).not.toBe(handle.uid);
    const { ending: unseen } = await watchToEnd(runner, again, signal());
    expect(unseen).toMatchObject({ kind: "lost", mainStarted: true });
    expect(await objects("pods", spec.attemptId)).toEqual([]);
    await destroy({ attemptId: spec.attemptId });
    await expectNothingOf(spec.attemptId);
  });

  test("that is suspended while its pod runs is told so, as the platform's act", async () => {
    const spec = jobSpec("trap 'exit 0' TERM; sleep 60 & wait");
    const handle = await runner.start(spec, signal());
    for await (const { phase } of runner.observe(handle, signal())) {
      if (phase === "running") break;
    }
    const watched = watchToEnd(runner, handle, signal());
    const [job] = await objects("jobs", spec.attemptId);
    const path = `/apis/batch/v1/namespaces/${namespace.name}/jobs/${job?.metadata.name}`;
    await admin.patch(path, { spec: { suspend: true } });
    const { ending } = await watched;
    expect(ending).toMatchObject({ kind: "preempted", fault: "platform", mainStarted: true });
    expect(ending.message).toContain(`The Job ${job?.metadata.name} was suspended`);
    await destroy(handle);
    await expectNothingOf(spec.attemptId);
  });

  test("that is destroyed while it runs gets SIGTERM first", async () => {
    const spec = jobSpec("trap 'echo told; exit 0' TERM; echo begun; sleep 60 & wait");
    const handle = await runner.start(spec, signal());
    const reading = readLog(runner, handle, signal());
    for await (const { lines } of runner.followLog(handle, null, signal())) {
      if (lines.length > 0) break;
    }
    await runner.destroy(handle, { graceSeconds: 10 }, signal());
    expect(textsOf(await reading)).toEqual(["begun", "told"]);
    await expectNothingOf(spec.attemptId);
  });

  test("whose pod the cluster refuses for good is told at once, and leaves nothing", async () => {
    const spec = jobSpec("true", { kubernetes: { serviceAccountName: "nobody" } });
    await expect(runner.start(spec, signal())).rejects.toMatchObject({
      kind: "config",
      isTransient: false,
      message: expect.stringContaining("service account"),
      // The controller's own words: it did not take the limit after which a missing pod is told.
      evidence: expect.stringContaining("nobody"),
    });
    await expectNothingOf(spec.attemptId);
  });

  test("that a quota keeps from its pod waits, is listed, and goes on when there is room", async () => {
    const full = `${namespace.name}-jobs`;
    await admin.call("POST", "/api/v1/namespaces", { metadata: { name: full } });
    const quota = `/api/v1/namespaces/${full}/resourcequotas`;
    const hard = { spec: { hard: { pods: "0" } } };
    await admin.call("POST", quota, { metadata: { name: "none" }, ...hard });
    const statusOf = async () =>
      JSON.parse((await admin.call("GET", `${quota}/none`)).text) as { status: { hard?: object } };
    await vi.waitFor(async () => expect((await statusOf()).status.hard).toBeDefined(), WAIT);
    const spec = jobSpec("true", { kubernetes: { namespace: full } });
    await expect(runner.start(spec, signal())).rejects.toMatchObject({
      kind: "quota",
      isTransient: true,
      evidence: expect.stringContaining("exceeded quota"),
    });
    const ofAttempt = async () =>
      (await runner.list(signal())).filter(({ handle }) => handle.attemptId === spec.attemptId);
    expect(await ofAttempt()).toMatchObject([{ handle: { namespace: full, uid: "" } }]);
    await admin.call("DELETE", `${quota}/none`);
    const handle = await vi.waitFor(() => runner.start(spec, signal()), WAIT);
    const { ending } = await watchToEnd(runner, handle, signal());
    expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
    const [run] = await ofAttempt();
    expect(run?.handle).toEqual(handle);
    await destroy(handle);
    await admin.call("DELETE", `/api/v1/namespaces/${full}`);
  });

  test("needs a permission that its refusal names", async () => {
    const account = { namespace: namespace.name, name: "without-jobs" };
    const path = await kubeconfigOfServiceAccount(admin, folder, account);
    const restricted = await namespace.runner({ kubeconfigPath: path });
    await expect(restricted.start(jobSpec("true"), signal())).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringMatching(/may not create Jobs .* `job`/),
      remedy: expect.stringMatching(/jobs in the group batch/),
    });
  });
});
