import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, someWorker, untilEnded } from "#e2e/executions/worker-stage.ts";
import { AppError } from "#lib/core/app-error.ts";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { killExecution } from "#lib/executions/kill.ts";
import { createFakeRunner, FakePlace } from "#lib/runner/fake/fake-runner.ts";
import { pool } from "#lib/store/database.ts";
import type { Worker } from "./worker.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const SHELL = "io.kestra.plugin.scripts.shell.Commands";
const LINES = 20;
const retry = ["retry:", "  type: constant", "  interval: PT0.05S", "  maxAttempt: 3"];

/** What a flow does, and how it ends when nobody kills it. */
const FATES: { commands: string[]; more: string[]; ends: string }[] = [
  { commands: ["echo fine"], more: [], ends: "SUCCESS" },
  { commands: ["sleep 0.3", "exit 3"], more: [], ends: "FAILED" },
  { commands: ["exit 3"], more: ["allowFailure: true"], ends: "WARNING" },
  { commands: ["# fake: exit 1 before attempt 2", "echo fine"], more: retry, ends: "SUCCESS" },
  { commands: ["# fake: evicted before attempt 1", "echo fine"], more: [], ends: "SUCCESS" },
  { commands: ["# fake: unreachable 2 times", "echo fine"], more: [], ends: "SUCCESS" },
];

async function start(fate: (typeof FATES)[number]): Promise<string> {
  const quoted = fate.commands.map((command) => `  - ${JSON.stringify(command)}`);
  const loop = `i=0; while [ $i -lt ${LINES} ]; do echo line $i; i=$((i+1)); done`;
  const flow = await someFlow(
    "tasks:",
    ...taskOf("lines", SHELL, "commands:", `  - ${JSON.stringify(loop)}`),
    ...taskOf("fate", SHELL, ...fate.more, "commands:", ...quoted),
    ...taskOf("nap", "io.kestra.plugin.core.flow.Sleep", "duration: PT0.1S"),
  );
  return someExecution(flow);
}

async function maybeKill(id: string): Promise<void> {
  await sleep(Math.random() * 1500);
  await killExecution(id).catch((error: unknown) => {
    // It may have ended meanwhile.
    if (!(error instanceof AppError)) throw error;
  });
}

/** What is untrue of an ended execution; empty when all is as it must be. */
async function lies(execution: ExecutionView, isKilled: boolean, ends: string): Promise<string[]> {
  const found: string[] = [];
  const isExpected = execution.state === ends || (isKilled && execution.state === "KILLED");
  if (!isExpected) found.push(`${execution.state} instead of ${ends}`);
  const [lines] = execution.taskRuns;
  if (lines?.state === "SUCCESS") {
    const texts = (await logTexts(execution.id)).filter((text) => text.startsWith("line "));
    const expected = Array.from({ length: LINES }, (_, index) => `line ${index}`);
    if (texts.join() !== expected.join()) found.push(`its log is ${texts.join()}`);
    if (lines.attempts.length !== 1) found.push(`${lines.attempts.length} attempts`);
  }
  const open = execution.taskRuns.flatMap((run) => [run, ...run.attempts]);
  if (open.some((row) => row.endedAt === null && row.state !== "SKIPPED")) {
    found.push("something in it has no end");
  }
  return found;
}

describe("many executions while workers come and go", () => {
  it("all end as they must, with every line once", async () => {
    const place = new FakePlace();
    const workers: Worker[] = [];
    const comeAndGo = async (): Promise<void> => {
      for (let round = 0; round < 8; round += 1) {
        workers.push(someWorker(createFakeRunner(place), 8));
        await sleep(300);
        if (workers.length > 2) await workers.shift()?.stop();
      }
    };
    const going = comeAndGo();
    const made = await Promise.all(
      Array.from({ length: 48 }, async (_, index) => {
        const fate = FATES[index % FATES.length] ?? { commands: [], more: [], ends: "" };
        const isKilled = index % 5 === 0;
        const id = await start(fate);
        if (isKilled) await maybeKill(id);
        return { id, isKilled, ends: fate.ends };
      }),
    );
    await going;
    const all: string[] = [];
    for (const { id, isKilled, ends } of made) {
      const found = await lies(await untilEnded(id), isKilled, ends);
      all.push(...found.map((lie) => `${id}: ${lie}`));
    }
    expect(all).toEqual([]);
    await Promise.all(workers.map((worker) => worker.stop()));
    const { rows } = await pool().query(
      "SELECT id FROM attempts WHERE ended_at IS NULL OR lease_until IS NOT NULL",
    );
    expect(rows).toEqual([]);
  });
});
