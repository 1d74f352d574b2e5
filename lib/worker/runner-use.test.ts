import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { onlyRunner, until, untilEnded, WORKER_SETTINGS } from "#e2e/executions/worker-stage.ts";
import { createFakeRunner, FakePlace } from "#lib/runner/fake/fake-runner.ts";
import { RunnerError } from "#lib/runner/contract.ts";
import { startWorker } from "./worker.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const echo = (): Promise<string> =>
  someFlow(
    "tasks:",
    ...taskOf("work", "io.kestra.plugin.scripts.shell.Commands", "commands: [echo hi]"),
  );

it("an attempt lets its runner go when the run is removed, and not before", async () => {
  const runner = createFakeRunner(new FakePlace());
  const uses = new Set<AbortSignal>();
  const areOver = (): boolean[] => [...uses].map((use) => use.aborted);
  const removal = Promise.withResolvers<void>();
  const isRemoving = Promise.withResolvers<boolean[]>();
  runner.destroy = async () => {
    isRemoving.resolve(areOver());
    await removal.promise;
  };
  const runners = {
    ...onlyRunner(runner),
    openRunner: async (_id: string, use: AbortSignal) => {
      uses.add(use);
      return runner;
    },
  };
  const worker = startWorker({ runners, settings: WORKER_SETTINGS });
  const id = await someExecution(await echo());
  await untilEnded(id);
  expect(await isRemoving.promise).toEqual([false]);
  expect(areOver()).toEqual([false]);
  removal.resolve();
  await until(id, (its) => its.taskRuns[0]?.attempts[0]?.marks.removed !== undefined);
  await vi.waitFor(() => expect(areOver()).toEqual([true]), { timeout: 90_000 });
  await worker.stop();
});

it.each([
  ["platform", 2, "SUCCESS"],
  ["user", 1, "FAILED"],
] as const)("a place that the %s keeps from being opened has %i attempt(s)", async (...parts) => {
  const [fault, attempts, state] = parts;
  const runner = createFakeRunner(new FakePlace());
  let tries = 0;
  const runners = {
    ...onlyRunner(runner),
    openRunner: async () => {
      tries += 1;
      if (tries > 1) return runner;
      throw new RunnerError("lost", "No way in.", { remedy: "", fault, isTransient: false });
    },
  };
  const worker = startWorker({ runners, settings: WORKER_SETTINGS });
  const ended = await untilEnded(await someExecution(await echo()));
  await worker.stop();
  expect(ended.state).toBe(state);
  expect(ended.taskRuns[0]?.attempts).toHaveLength(attempts);
});
