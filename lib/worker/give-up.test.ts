import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import {
  logTexts,
  onlyRunner,
  until,
  untilEnded,
  WORKER_SETTINGS,
} from "#e2e/executions/worker-stage.ts";
import type { AttemptView, ExecutionView } from "#lib/core/execution-view.ts";
import { killExecution } from "#lib/executions/kill.ts";
import { getExecution } from "#lib/executions/read.ts";
import { createFakeRunner, FakePlace } from "#lib/runner/fake/fake-runner.ts";
import { type RunHandle, type Runner, RunnerError } from "#lib/runner/contract.ts";
import { pool } from "#lib/store/database.ts";
import { startWorker, type Worker } from "./worker.ts";

let stage: Stage;
let place: FakePlace;
let worker: Worker | null = null;
/** How runs were ended, and what their execution was by then. */
let destroyed: { graceSeconds: number | null; state: string }[];
/** What the kubeconfig lacks. */
let isMissing: boolean;
beforeAll(async () => {
  stage = await openStage();
});
beforeEach(() => {
  place = new FakePlace();
  destroyed = [];
  isMissing = false;
});
afterEach(() => worker?.stop());
afterAll(() => stage.close());

function watched(): Runner {
  const runner = createFakeRunner(place);
  const destroy = runner.destroy.bind(runner);
  runner.destroy = async (target, options, signal) => {
    const run = place.runs.get(target.attemptId);
    if (run) {
      const { state } = await getExecution(run.spec.identity.executionId);
      destroyed.push({ ...options, state });
    }
    await destroy(target, options, signal);
  };
  return runner;
}

/** The worker is another process, started again. @param now its clock */
async function restart(runner = watched(), now = () => new Date()): Promise<void> {
  await worker?.stop();
  const openRunner = async () => {
    if (!isMissing) return runner;
    throw new RunnerError("config", "There is no such context.", {
      remedy: "Bring it back.",
      fault: "user",
      isTransient: false,
    });
  };
  const runners = { ...onlyRunner(runner), openRunner };
  worker = startWorker({ runners, settings: WORKER_SETTINGS, now });
}

const SHELL = "io.kestra.plugin.scripts.shell.Commands";
const run = async (commands: string[], ...more: string[]): Promise<string> => {
  const lines = commands.map((each) => `  - ${JSON.stringify(each)}`);
  const task = taskOf("a", SHELL, ...more, "commands:", ...lines);
  return someExecution(await someFlow("tasks:", ...task));
};
const KUBERNETES = "io.kestra.plugin.ee.kubernetes.runner.Kubernetes";
const GRACE = [
  "taskRunner:",
  `  type: ${KUBERNETES}`,
  "  podSpec: {terminationGracePeriodSeconds: 7}",
];
const RETRY = "retry: {type: constant, interval: PT0.1S, maxAttempt: 3}";

/** Its start is recorded, and it has said its first line. */
const untilBegun = (id: string): Promise<ExecutionView> =>
  until(id, ({ logLines, taskRuns }) => {
    const isRecorded = taskRuns[0]?.attempts[0]?.marks.created !== undefined;
    return isRecorded && logLines > 0;
  });
const isWaiting = ({ taskRuns }: ExecutionView): boolean =>
  taskRuns[0]?.attempts[0]?.waiting?.kind === "config";

const incomplete = (lines: number, why: RegExp) => ({
  state: "incomplete",
  lines,
  gap: expect.stringMatching(why),
});

describe("what cannot be prepared again after a restart", () => {
  it.each([
    ["its own grace", GRACE, 7],
    ["the usual one", [], 5],
  ])("is ended before that is recorded, with %s", async (_what, more, graceSeconds) => {
    process.env["SECRET_GIVEN"] = Buffer.from("hunter22").toString("base64");
    await restart();
    const id = await run(["echo begun {{ secret('GIVEN') }}", "sleep 60"], ...more);
    await untilBegun(id);
    delete process.env["SECRET_GIVEN"];
    await restart();
    const { state, failure, taskRuns } = await untilEnded(id);
    expect(state).toBe("FAILED");
    expect(failure).toMatchObject({ message: expect.stringContaining("GIVEN") });
    expect(destroyed).toEqual([{ graceSeconds, state: "RUNNING" }]);
    expect(place.runs.size).toBe(0);
    const [attempt] = taskRuns[0]?.attempts ?? [];
    expect(attempt?.seal).toMatchObject(incomplete(1, /could not go on with it/));
    expect(attempt?.marks.removed).toBeDefined();
    expect(await logTexts(id)).toEqual(["begun ********"]);
  });

  it("in a cluster that its own `config` names says that it may still run", async () => {
    process.env["SECRET_GIVEN"] = Buffer.from("hunter22").toString("base64");
    await restart();
    const config = ["taskRunner:", `  type: ${KUBERNETES}`, "  config: {namespace: mine}"];
    const id = await run(["echo begun {{ secret('GIVEN') }}", "sleep 60"], ...config);
    await untilBegun(id);
    delete process.env["SECRET_GIVEN"];
    await restart();
    const { failure, taskRuns } = await untilEnded(id);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/GIVEN.* What ran may still run/),
      remedy: expect.stringMatching(/^Delete the pod /),
    });
    expect(taskRuns[0]?.attempts[0]?.seal).toMatchObject(incomplete(1, /could not go on with it/));
  });

  it("because it broke three times is ended before that is recorded", async () => {
    await restart();
    const id = await run(["echo begun", "sleep 60"]);
    await untilBegun(id);
    await worker?.stop();
    const broken = `UPDATE attempts SET progress = progress || '{"crashes": 3}' WHERE execution_id = $1`;
    await pool().query(broken, [id]);
    await restart();
    const { failure, taskRuns } = await untilEnded(id);
    expect(failure?.kind).toBe("internal");
    expect(destroyed).toEqual([{ graceSeconds: 5, state: "RUNNING" }]);
    expect(taskRuns[0]?.attempts[0]?.seal).toMatchObject(incomplete(1, /could not go on with it/));
  });

  it("is KILLED when it is killed meanwhile", async () => {
    process.env["SECRET_GIVEN"] = Buffer.from("hunter22").toString("base64");
    await restart();
    const id = await run(["echo begun {{ secret('GIVEN') }}", "sleep 60"]);
    await untilBegun(id);
    await worker?.stop();
    delete process.env["SECRET_GIVEN"];
    await killExecution(id);
    await restart();
    const { state, taskRuns } = await untilEnded(id);
    expect(state).toBe("KILLED");
    expect(taskRuns[0]?.attempts[0]).toMatchObject({ state: "KILLED", failure: null });
    expect(place.runs.size).toBe(0);
  });
});

describe("a place that is not to be found after a restart", () => {
  it("is waited for, and the task goes on once it is back", async () => {
    await restart();
    const id = await run(["echo begun", "sleep 0.5", "echo over"]);
    await untilBegun(id);
    isMissing = true;
    await restart();
    await until(id, isWaiting);
    isMissing = false;
    const { state, taskRuns } = await untilEnded(id);
    expect(state).toBe("SUCCESS");
    expect(taskRuns[0]?.attempts[0]?.seal).toMatchObject({ state: "complete", lines: 2 });
  });

  it("is not waited for when the task is killed", async () => {
    await restart();
    const id = await run(["echo begun", "sleep 60"]);
    await untilBegun(id);
    isMissing = true;
    await restart();
    await until(id, isWaiting);
    await killExecution(id);
    const { state, taskRuns } = await untilEnded(id);
    expect(state).toBe("KILLED");
    const [attempt] = taskRuns[0]?.attempts ?? [];
    expect(attempt?.failure?.message).toMatch(/^What ran may still run, .* no such context/);
    expect(attempt?.seal).toMatchObject(incomplete(1, /could not go on with it/));
  });

  it("is waited for ten minutes; then nothing is run beside what may still run there", async () => {
    await restart();
    const id = await run(["echo begun", "sleep 60"], RETRY);
    await untilBegun(id);
    isMissing = true;
    let later = 0;
    await restart(watched(), () => new Date(Date.now() + later));
    await until(id, isWaiting);
    later = 601_000;
    const { state, taskRuns } = await untilEnded(id);
    expect(state).toBe("FAILED");
    expect(taskRuns[0]?.attempts).toHaveLength(1);
    expect(taskRuns[0]?.failure?.message).toMatch(/no such context.* What ran may still run/);
    expect(taskRuns[0]?.attempts[0]?.seal).toMatchObject(incomplete(1, /could not go on with it/));
  });
});

describe("the log of what was killed while it was started", () => {
  const killedWhile = async (
    start: (real: () => Promise<RunHandle>, signal: AbortSignal) => Promise<RunHandle>,
  ): Promise<AttemptView | undefined> => {
    const runner = createFakeRunner(place);
    const real = runner.start.bind(runner);
    const starting = Promise.withResolvers<void>();
    runner.start = async (spec, signal) => {
      starting.resolve();
      return start(() => real(spec, signal), signal);
    };
    await restart(runner);
    const id = await run(["echo begun", "sleep 60"]);
    await starting.promise;
    await killExecution(id);
    const { state, taskRuns } = await untilEnded(id);
    expect(state).toBe("KILLED");
    expect(place.runs.size).toBe(0);
    return taskRuns[0]?.attempts[0];
  };

  it("is not complete when nobody knows whether it began", async () => {
    const attempt = await killedWhile(async (real, signal) => {
      await real();
      return new Promise((_resolve, reject) => {
        const onAbort = (): void => reject(new Error("The answer was not waited for."));
        signal.addEventListener("abort", onAbort, { once: true });
      });
    });
    expect(attempt?.seal).toMatchObject(incomplete(0, /may have begun/));
  });

  it("is complete when the place has refused it", async () => {
    const attempt = await killedWhile(() => {
      const options = { remedy: "Wait.", fault: "platform", isTransient: true } as const;
      return Promise.reject(new RunnerError("quota", "There is no quota left.", options));
    });
    expect(attempt?.seal).toMatchObject({ state: "complete", lines: 0 });
  });
});
