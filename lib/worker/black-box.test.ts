import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { someWorker, untilEnded } from "#e2e/executions/worker-stage.ts";
import type { ArtifactView, ExecutionView } from "#lib/core/execution-view.ts";
import { findFile, listFiles } from "#lib/executions/read-files.ts";
import { createFakeRunner } from "#lib/runner/fake/fake-runner.ts";
import type { Worker } from "./worker.ts";

let stage: Stage;
let worker: Worker;
beforeAll(async () => {
  stage = await openStage();
  worker = someWorker(createFakeRunner());
});
afterAll(async () => {
  await worker.stop();
  await stage.close();
});

const SHELL = "io.kestra.plugin.scripts.shell.Commands";

async function ran(commands: string[], ...more: string[]): Promise<ExecutionView> {
  const lines = ["commands:", ...commands.map((each) => `  - ${JSON.stringify(each)}`)];
  const secret = ["inputs:", "  - id: token", "    type: SECRET"];
  const flowId = await someFlow(...secret, "tasks:", ...taskOf("job", SHELL, ...more, ...lines));
  return untilEnded(await someExecution(flowId, { token: "hunter22" }));
}

const boxesOf = (execution: ExecutionView): (ArtifactView | null)[] =>
  execution.taskRuns[0]?.attempts.map(({ blackBox }) => blackBox) ?? [];

it("keeps what the place tells of each attempt that ended badly, without secrets", async () => {
  const execution = await ran(
    ["echo token={{ inputs.token }}", "exit 7"],
    "retry: {type: constant, maxAttempt: 2, interval: PT0.1S}",
  );
  expect(execution.state).toBe("FAILED");
  const boxes = boxesOf(execution);
  expect(boxes.map((box) => box?.name)).toEqual(["job-black-box-1.yaml", "job-black-box-2.yaml"]);
  const box = await text((await findFile(execution.id, boxes[1]?.uri ?? "")).open());
  expect(box).toContain("exit code 7");
  expect(box).toContain("token=********");
  expect(box).not.toContain("hunter22");
  expect(box).toContain(`execution: ${execution.id}`);
  expect(execution.taskRuns[0]?.files).toEqual([]);
  expect(await listFiles(execution.id)).toEqual([]);
});

it("keeps it of a run that took too long", async () => {
  const execution = await ran(["# fake: exit 0 after 60s"], "timeout: PT0.3S");
  expect(execution.failure?.kind).toBe("timeout");
  expect(boxesOf(execution)).toMatchObject([{ name: "job-black-box-1.yaml" }]);
});

it("keeps nothing of a run that ended well", async () => {
  expect(boxesOf(await ran(["echo fine"]))).toEqual([null]);
});

it("ends a run all the same when its place tells nothing", async () => {
  const execution = await ran(["# fake: inspect-fails\necho x; exit 3"]);
  expect(execution.failure).toMatchObject({ kind: "exit", exitCode: 3 });
  expect(boxesOf(execution)).toEqual([null]);
});
