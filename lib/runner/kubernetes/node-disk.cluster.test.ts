import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { choose } from "#e2e/cluster/choose.ts";
import { openRunnerStage, type RunnerStage } from "#e2e/cluster/runner-stage.ts";
import { giveSmallDisk, type SmallDisk } from "#e2e/cluster/short-disk.ts";
import type { AttemptSpec, RunHandle, Runner } from "../contract.ts";
import { inputFile } from "../contract-suite/stage.ts";
import { scriptSpec, watchToEnd } from "./test-stage.ts";

const MEBIBYTE = 1024 * 1024;
const SMALL = 64;
const LARGE = 512;
const FILL = "head -c 300000000 /dev/zero > large.bin";
// Other ways to a cluster have no kubelet of ours.
const isOwn = (await choose()) === "own";

describe.skipIf(!isOwn)("on a node whose disk is full", () => {
  let stage: RunnerStage;
  let disk: SmallDisk;
  let runner: Runner;
  const signal = (): AbortSignal => AbortSignal.timeout(150_000);
  const started: RunHandle[] = [];
  const start = async (spec: AttemptSpec): Promise<RunHandle> => {
    const handle = await runner.start(spec, signal());
    started.push(handle);
    return handle;
  };

  beforeAll(async () => {
    stage = await openRunnerStage("disk");
    disk = await giveSmallDisk(stage.cluster);
    runner = await stage.namespace.runner();
  });
  beforeEach(async () => {
    await disk.resize(LARGE);
    for (const handle of started.splice(0)) {
      await runner.destroy(handle, { graceSeconds: 0 }, signal());
    }
    await disk.untilEmpty(signal());
    await disk.resize(SMALL);
  });
  afterAll(() => stage.close());

  test("what a program wrote before it failed comes out, and a pod waits for room and says so", async () => {
    const handle = await start(scriptSpec(`echo hi > small.txt; ${FILL}`, { keepsFiles: true }));
    const { ending } = await watchToEnd(runner, handle, signal());
    expect(ending).toMatchObject({ kind: "exit", exitCode: 1 });
    let content = "";
    await runner.collect(
      handle,
      {
        choose: () => ["small.txt"],
        receive: async ({ body }) => {
          content = Buffer.concat(await Array.fromAsync(body)).toString();
        },
      },
      signal(),
    );
    expect(content).toBe("hi\n");

    const other = await start(scriptSpec("echo hi"));
    // It would begin once there is room: this kubelet looks again after a minute or more.
    for await (const observation of runner.observe(other, signal())) {
      if (observation.phase !== "pending") throw new Error("It did not wait.");
      if (!observation.waiting?.evidence.includes("no space left on device")) continue;
      expect(observation.waiting).toMatchObject({
        message: "The node's disk is full: it cannot make the pod.",
        remedy: expect.stringMatching(/^Free the node's disk/),
      });
      break;
    }
  });

  test.each([
    ["small ones together", [24, 24, 24, 24]],
    ["a large one in pieces", [96]],
  ])("input files that do not fit are refused with the disk named: %s", async (_, sizes) => {
    const inputFiles = sizes.map((size, at) =>
      inputFile(`${at}.bin`, Buffer.alloc(size * MEBIBYTE)),
    );
    const spec = scriptSpec("ls", { inputFiles });
    const handle = await start(spec);
    await expect(runner.deliver(handle, spec, signal())).rejects.toMatchObject({
      kind: "input-files",
      fault: "platform",
      message: "The input files could not be put into the pod.",
      remedy: "The node's disk, or the pod's share of it, is full: free it, or send less.",
      evidence: expect.stringContaining("No space left on device"),
    });
  });

  test("a pod that the node evicts for it is told so", async () => {
    await disk.resize(LARGE);
    await disk.keepFree(LARGE - 200);
    const handle = await start(scriptSpec(`${FILL}; sleep 140`, { keepsFiles: true }));
    const { ending } = await watchToEnd(runner, handle, signal());
    expect(ending).toMatchObject({ kind: "evicted", fault: "platform", mainStarted: true });
    expect(ending.message).toBe("The node localhost ran short of disk and evicted the pod.");
  });
});
