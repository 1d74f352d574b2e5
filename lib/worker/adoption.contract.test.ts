import { createHash } from "node:crypto";
import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, someWorker, until, untilEnded } from "#e2e/executions/worker-stage.ts";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { getExecution } from "#lib/executions/read.ts";
import { killExecution } from "#lib/executions/kill.ts";
import { findFile } from "#lib/executions/read-files.ts";
import { createProcessRunner } from "#lib/runner/process/process-runner.ts";
import type { Worker } from "./worker.ts";

let stage: Stage;
const children: ChildProcess[] = [];
const workers: Worker[] = [];
beforeAll(async () => {
  stage = await openStage();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});
afterAll(() => stage.close());

/** A worker process; resolves once it has said this word. */
async function workerProcess(phase: string, word: string): Promise<ChildProcess> {
  const program = join(import.meta.dirname, "../../e2e/executions/worker-process.ts");
  const child = spawn(process.execPath, [program, stage.databaseUrl, stage.folder, phase], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) if (line === word) break;
  return child;
}

/** A second worker on the same places. */
function adopter(): void {
  const folder = join(stage.folder, "runs");
  workers.push(someWorker(createProcessRunner({ folder, installationId: "test" })));
}

const LINES = 40;

/** A task that counts how often it ran, prints lines over a while and leaves two files. */
async function counting(
  ...more: string[]
): Promise<{ id: string; timesRun: () => Promise<number> }> {
  const count = join(stage.folder, `count-${Math.random().toString(36).slice(2)}`);
  const id = await someExecution(
    await someFlow(
      "tasks:",
      ...taskOf(
        "work",
        "io.kestra.plugin.scripts.shell.Commands",
        'outputFiles: ["*.txt"]',
        ...more,
        "commands:",
        `  - echo ran >> ${count}`,
        `  - 'i=0; while [ $i -lt ${LINES} ]; do echo line $i; i=$((i+1)); sleep 0.02; done'`,
        "  - echo first > a.txt",
        "  - echo second > b.txt",
      ),
    ),
  );
  const timesRun = async (): Promise<number> =>
    (await readFile(count, "utf8")).split("\n").length - 1;
  return { id, timesRun };
}

/** A task that prints a line and then does not end. */
async function endless(): Promise<string> {
  const type = "io.kestra.plugin.scripts.shell.Commands";
  const commands = ["commands:", "  - echo begun", "  - sleep 300"];
  return someExecution(await someFlow("tasks:", ...taskOf("work", type, ...commands)));
}

const lines = Array.from({ length: LINES }, (_, index) => `line ${index}`);

async function expectWhole(execution: ExecutionView): Promise<void> {
  expect(execution.failure).toBeNull();
  expect(execution.state).toBe("SUCCESS");
  expect(execution.taskRuns[0]?.attempts).toHaveLength(1);
  expect(execution.taskRuns[0]?.attempts[0]?.seal).toMatchObject({
    state: "complete",
    lines: LINES,
    // The worker that ended it hashed what another had stored.
    sha256: createHash("sha256")
      .update(`${lines.join("\n")}\n`)
      .digest("hex"),
  });
  expect(await logTexts(execution.id)).toEqual(lines);
  const files = execution.taskRuns[0]?.files ?? [];
  expect(files.map((file) => file.name)).toEqual(["a.txt", "b.txt"]);
  expect(await text((await findFile(execution.id, files[1]?.uri ?? "")).open())).toBe("second\n");
}

describe("a worker that is killed", () => {
  it.each(["before-start", "after-start", "in-log", "ended", "collecting", "collected"])(
    "leaves its attempt to another, which goes on from there: %s",
    async (phase) => {
      const dying = workerProcess(phase, "reached");
      const { id, timesRun } = await counting();
      (await dying).kill("SIGKILL");
      adopter();
      await expectWhole(await untilEnded(id));
      expect(await timesRun()).toBe(1);
    },
  );

  it("before its input files were brought leaves them to another", async () => {
    const dying = workerProcess("before-files", "reached");
    const { id, timesRun } = await counting("inputFiles:", "  in.dat: some text");
    (await dying).kill("SIGKILL");
    adopter();
    await expectWhole(await untilEnded(id));
    expect(await timesRun()).toBe(1);
  });

  it("while it killed a run leaves the killing to another", async () => {
    const dying = workerProcess("before-destroy", "reached");
    const id = await endless();
    await until(id, (execution) => execution.logLines > 0);
    await killExecution(id);
    (await dying).kill("SIGKILL");
    adopter();
    const execution = await untilEnded(id);
    expect(execution.state).toBe("KILLED");
    expect(await logTexts(id)).toEqual(["begun"]);
  });

  it("before a kill came leaves what it may have started to another", async () => {
    const dying = workerProcess("after-start", "reached");
    const id = await endless();
    (await dying).kill("SIGKILL");
    await killExecution(id);
    adopter();
    const { state, taskRuns } = await untilEnded(id);
    expect(state).toBe("KILLED");
    // It had printed a line, and nobody has read it.
    expect(taskRuns[0]?.attempts[0]?.seal).toMatchObject({ state: "incomplete", lines: 0 });
    const folder = join(stage.folder, "runs");
    const runner = createProcessRunner({ folder, installationId: "test" });
    const left = await runner.list(AbortSignal.timeout(90_000));
    expect(left.map((run) => run.executionId)).not.toContain(id);
  });

  it("in a task of its own leaves the rest of the waiting to another", async () => {
    const dying = workerProcess("none", "started");
    const nap = taskOf("nap", "io.kestra.plugin.core.flow.Sleep", "duration: PT10S");
    const id = await someExecution(await someFlow("tasks:", ...nap));
    await until(id, (execution) => execution.taskRuns[0]?.state === "RUNNING");
    (await dying).kill("SIGKILL");
    await sleep(8000);
    const adoptedAt = Date.now();
    adopter();
    const execution = await untilEnded(id);
    expect(execution.state).toBe("SUCCESS");
    const endedAt = Date.parse(execution.endedAt ?? "");
    expect(endedAt - Date.parse(execution.startedAt ?? "")).toBeGreaterThanOrEqual(9990);
    // Anew it would take the whole ten.
    expect(endedAt - adoptedAt).toBeLessThan(10_000);
  });
});

describe("a worker that was frozen for longer than its lease", () => {
  it("changes nothing of what another one did meanwhile", async () => {
    const frozen = await workerProcess("none", "started");
    const { id, timesRun } = await counting();
    await until(id, (execution) => execution.logLines > 0);
    frozen.kill("SIGSTOP");
    adopter();
    await sleep(3500);
    frozen.kill("SIGCONT");
    await expectWhole(await untilEnded(id));
    expect(await timesRun()).toBe(1);
    await sleep(500);
    await expectWhole(await untilEnded(id));
  });
});

describe("a worker that is asked to stop", () => {
  it("hands its attempt over at once, and the run goes on", async () => {
    adopter();
    const { id, timesRun } = await counting();
    await until(id, (execution) => execution.logLines > 0);
    const [first] = workers.splice(0);
    await first?.stop();
    // Nobody has waited for its end.
    expect((await getExecution(id)).state).toBe("RUNNING");
    adopter();
    await expectWhole(await untilEnded(id));
    expect(await timesRun()).toBe(1);
  });
});

describe("two workers", () => {
  it("share the work and double nothing", async () => {
    adopter();
    adopter();
    const made = await Promise.all(Array.from({ length: 8 }, () => counting()));
    for (const { id, timesRun } of made) {
      await expectWhole(await untilEnded(id));
      expect(await timesRun()).toBe(1);
    }
  });
});
