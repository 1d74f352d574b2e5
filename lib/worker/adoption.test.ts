import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, until, untilEnded, WORKER_SETTINGS } from "#e2e/executions/worker-stage.ts";
import { log } from "#lib/config/log.ts";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { readLog } from "#lib/executions/read-log.ts";
import type { FakeRun } from "#lib/runner/fake/fake-run.ts";
import { createFakeRunner, FakePlace } from "#lib/runner/fake/fake-runner.ts";
import { type Ending, RunnerError } from "#lib/runner/contract.ts";
import type { Runners } from "./drive/drive.ts";
import { startWorker, type Worker } from "./worker.ts";

let stage: Stage;
let places: Map<string, FakePlace>;
let worker: Worker | null = null;
beforeAll(async () => {
  stage = await openStage();
});
beforeEach(() => {
  places = new Map([
    ["context:a", new FakePlace()],
    ["context:b", new FakePlace()],
  ]);
});
afterEach(async () => {
  await worker?.stop();
  vi.restoreAllMocks();
});
afterAll(() => stage.close());

/** The connections as a worker finds them; a task's own `config` changes nothing of where it runs. */
function connections(defaultId: string): Runners {
  const openRunner = async (id: string | null) => {
    const place = places.get(id ?? "");
    if (place) return createFakeRunner(place);
    throw new RunnerError("config", `There is no connection "${id}".`, {
      remedy: "Choose another one.",
      fault: "user",
      isTransient: false,
    });
  };
  return {
    openRunner,
    openRunnerForConfig: (_config, baseId) => openRunner(baseId),
    defaultConnectionId: () => Promise.resolve(defaultId),
  };
}

/** The worker is another process, started again while this connection is the default one. */
async function restart(defaultId: string): Promise<void> {
  await worker?.stop();
  worker = startWorker({ runners: connections(defaultId), settings: WORKER_SETTINGS });
}

const SHELL = "io.kestra.plugin.scripts.shell.Commands";
const run = (commands: string[], ...more: string[]): Promise<string> => {
  const lines = commands.map((each) => `  - ${JSON.stringify(each)}`);
  return someFlow("tasks:", ...taskOf("a", SHELL, ...more, "commands:", ...lines)).then((flow) =>
    someExecution(flow),
  );
};

/** Its start is recorded, and it has said its first line. */
const untilBegun = (id: string): Promise<ExecutionView> =>
  until(id, ({ logLines, taskRuns }) => {
    const isRecorded = taskRuns[0]?.attempts[0]?.marks.created !== undefined;
    return isRecorded && logLines > 0;
  });

describe("an attempt that was begun before another connection became the default", () => {
  const config = [
    "taskRunner:",
    "  type: io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner",
    "  config: {namespace: mine}",
  ];
  it.each([
    ["without a word about where", []],
    ["with a `config` that inherits the rest", config],
  ])("goes on where it runs: %s", async (_how, more) => {
    await restart("context:a");
    const id = await run(["echo begun", "sleep 0.5", "echo over"], ...more);
    await untilBegun(id);
    await restart("context:b");
    const execution = await untilEnded(id);
    expect(execution.failure).toBeNull();
    expect(execution.taskRuns[0]?.attempts).toHaveLength(1);
    expect(await logTexts(id)).toEqual(["begun", "over"]);
  });

  it("is tried again on the new one", async () => {
    await restart("context:a");
    const retry = ["retry: {type: constant, interval: PT0.1S, maxAttempt: 2}"];
    const id = await run(["echo begun", "sleep 0.5", "# fake: exit 1 before attempt 1"], ...retry);
    await untilBegun(id);
    await restart("context:b");
    const { state, taskRuns } = await untilEnded(id);
    expect(state).toBe("SUCCESS");
    const [first, second] = taskRuns[0]?.attempts ?? [];
    expect([first?.connectionId, second?.connectionId]).toEqual(["context:a", "context:b"]);
    expect(first?.exitCode).toBe(1);
  });
});

describe("what a worker takes over", () => {
  const ending: Ending = {
    kind: "exit",
    exitCode: 0,
    message: "",
    remedy: "",
    evidence: "",
    fault: "user",
    mainStarted: true,
  };
  const lastRun = (): FakeRun | undefined => [...(places.get("context:a")?.runs.values() ?? [])][0];
  const vanish = (): void => places.get("context:a")?.runs.clear();
  const counts = { adopted: 0, finishedMeanwhile: 0, unknown: 0 };

  it.each([
    ["it goes on", () => undefined, "SUCCESS", { adopted: 1 }],
    ["it had ended meanwhile", () => lastRun()?.end(ending), "SUCCESS", { finishedMeanwhile: 1 }],
    ["what had begun of it was not found", vanish, "FAILED", { unknown: 1 }],
  ])("is told in the task's log, and in the worker's: %s", async (...its) => {
    const [says, meanwhile, state, counted] = its;
    await restart("context:a");
    const id = await run(["echo begun", "sleep 600"]);
    await untilBegun(id);
    await worker?.stop();
    meanwhile();
    const told = vi.spyOn(log(), "info");
    await restart("context:a");
    await until(id, ({ logLines }) => logLines > 1);
    lastRun()?.end(ending);
    expect((await untilEnded(id)).state).toBe(state);
    const { lines } = await readLog(id, {}, { offset: 0, limit: 10 });
    const text = `Another worker took this task over: ${says}.`;
    expect(lines[1]).toMatchObject({ text, level: "INFO", stream: "podflow" });
    await worker?.stop();
    const facts = { ...counts, ...counted };
    expect(told).toHaveBeenCalledWith(facts, "took over what had begun without this worker");
  });
});
