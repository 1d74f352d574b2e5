import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, someWorker, untilEnded } from "#e2e/executions/worker-stage.ts";
import { findFile } from "#lib/executions/read-files.ts";
import type { Runner } from "#lib/runner/contract.ts";
import { createFakeRunner } from "#lib/runner/fake/fake-runner.ts";
import { createProcessRunner } from "#lib/runner/process/process-runner.ts";
import type { Worker } from "./worker.ts";

let stage: Stage;
let worker: Worker | null = null;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(() => worker?.stop());
afterAll(() => stage.close());

async function run(runner: Runner, commands: string[], ...more: string[]): Promise<string> {
  worker = someWorker(runner);
  const type = "io.kestra.plugin.scripts.shell.Commands";
  const list = `commands: ${JSON.stringify(commands)}`;
  return someExecution(await someFlow("tasks:", ...taskOf("work", type, ...more, list)));
}

it("what a task saves when its time is over is kept, with what it prints then", async () => {
  const folder = join(stage.folder, "late");
  const id = await run(
    createProcessRunner({ folder, installationId: "late" }),
    ["trap 'sleep 0.3; echo saved > model.bin; echo saved; exit 0' TERM; sleep 600 & wait"],
    "timeout: PT1S",
    "outputFiles: [model.bin]",
  );
  const execution = await untilEnded(id);
  expect(execution).toMatchObject({ state: "FAILED", failure: { kind: "timeout" } });
  expect(execution.failure?.message).toBe("Timeout after PT1S");
  const [file] = execution.taskRuns[0]?.files ?? [];
  expect(file).toMatchObject({ name: "model.bin", size: 6 });
  const found = await findFile(id, file?.uri ?? "");
  expect(await text(found.open())).toBe("saved\n");
  expect(await logTexts(id)).toEqual(["saved"]);
});

describe("a run that may still go on, on a node that is silent", () => {
  const commands = ["# fake: node-silent before attempt 1", "echo worked"];

  it("is not run a second time beside itself", async () => {
    const execution = await untilEnded(await run(createFakeRunner(), commands));
    expect(execution).toMatchObject({ state: "FAILED", failure: { kind: "node-lost" } });
    expect(execution.taskRuns[0]?.attempts).toHaveLength(1);
  });

  it("is run again where the flow says that it may be", async () => {
    const retry = "retry: { type: constant, interval: PT0.1S, maxAttempt: 2 }";
    const execution = await untilEnded(await run(createFakeRunner(), commands, retry));
    expect(execution.state).toBe("SUCCESS");
    expect(execution.taskRuns[0]?.attempts).toHaveLength(2);
  });
});
