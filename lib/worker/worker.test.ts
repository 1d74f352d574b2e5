import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, someWorker, until, untilEnded } from "#e2e/executions/worker-stage.ts";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { isTerminal } from "#lib/core/state.ts";
import { killExecution } from "#lib/executions/kill.ts";
import { findFile } from "#lib/executions/read-files.ts";
import { readLog } from "#lib/executions/read-log.ts";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { createFakeRunner, FakePlace } from "#lib/runner/fake/fake-runner.ts";
import type { Worker } from "./worker.ts";

let stage: Stage;
let place: FakePlace;
let worker: Worker;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(() => {
  place = new FakePlace();
  worker = someWorker(createFakeRunner(place));
});
afterEach(() => worker.stop());

const SHELL = "io.kestra.plugin.scripts.shell.Commands";
const shell = (id: string, commands: string[], ...more: string[]): string[] =>
  taskOf(id, SHELL, ...more, "commands:", ...commands.map((each) => `  - ${JSON.stringify(each)}`));
const flow = (...tasks: string[][]): Promise<string> => someFlow("tasks:", ...tasks.flat());
const run = async (...tasks: string[][]): Promise<string> => someExecution(await flow(...tasks));

const isWaiting = (its: ExecutionView): boolean =>
  (its.taskRuns[0]?.attempts[0]?.waiting ?? null) !== null;

it("why a place gave a run up is told by the next worker, too", async () => {
  const id = await run(shell("work", ["# fake: given-up", "echo never"]));
  await until(id, (its) => its.taskRuns[0]?.attempts[0]?.marks.created !== undefined);
  while (place.runs.size > 0) await sleep(10);
  await worker.stop();
  worker = someWorker(createFakeRunner(place));
  const its = await untilEnded(id);
  expect(its.taskRuns[0]?.failure).toMatchObject({ kind: "image", fault: "user" });
});

describe("a flow", () => {
  it("runs its tasks one after the other and hands outputs on", async () => {
    const id = await run(
      shell(
        "make",
        ["echo hello", `echo '::{"outputs":{"n":3}}::'`, "echo data > out.txt"],
        'outputFiles: ["*.txt"]',
      ),
      shell(
        "use",
        ["cat in.txt", "echo n={{ outputs.make.vars.n }}"],
        "inputFiles:",
        `  in.txt: "{{ outputs.make.outputFiles['out.txt'] }}"`,
      ),
      taskOf("log", "io.kestra.plugin.core.log.Log", "message: 'exit {{ outputs.use.exitCode }}'"),
      taskOf("say", "io.kestra.plugin.core.debug.Return", "format: '{{ outputs.make.vars.n }}!'"),
    );
    // The removal of a run is recorded after its end.
    const execution = await until(
      id,
      ({ state, taskRuns }) =>
        isTerminal(state) && taskRuns[1]?.attempts[0]?.marks.removed !== undefined,
    );
    expect(execution.state).toBe("SUCCESS");
    expect(await logTexts(id)).toEqual(["hello", "data", "n=3", "exit 0"]);
    const [make, use, , say] = execution.taskRuns;
    expect(make?.outputs).toMatchObject({ vars: { n: 3 }, exitCode: 0 });
    expect(say?.outputs).toEqual({ value: "3!" });
    const file = make?.files[0];
    expect(file).toMatchObject({ name: "out.txt", size: 5 });
    expect(await text((await findFile(id, file?.uri ?? "")).open())).toBe("data\n");
    expect(use?.attempts[0]).toMatchObject({
      state: "SUCCESS",
      exitCode: 0,
      seal: { state: "complete", lines: 2, bytes: 7 },
    });
    expect(Object.keys(use?.attempts[0]?.marks ?? {})).toEqual(
      expect.arrayContaining(["queued", "created", "collected", "recorded"]),
    );
    await expect.poll(() => place.runs.size).toBe(0);
  });

  it("hands on a file that may be executed as such a file", async () => {
    const id = await run(
      shell("make", ["echo data > tool", "chmod +x tool", "echo x > data"], 'outputFiles: ["*"]'),
      shell(
        "use",
        ["[ -x tool ] && echo executable", "[ -x data ] || echo plain"],
        "inputFiles: '{{ outputs.make.outputFiles }}'",
      ),
    );
    expect((await untilEnded(id)).state).toBe("SUCCESS");
    expect(await logTexts(id)).toEqual(["executable", "plain"]);
  });

  it("says in the log which output files are missing or lead elsewhere", async () => {
    const id = await run(
      shell(
        "make",
        ["echo x > a.txt", "ln -s /etc/passwd b.txt"],
        'outputFiles: ["*.txt", "*.pdf"]',
      ),
    );
    const execution = await untilEnded(id);
    expect(execution.state).toBe("SUCCESS");
    expect(execution.taskRuns[0]?.files.map(({ name }) => name)).toEqual(["a.txt"]);
    const { lines } = await readLog(id, {}, { offset: 0, limit: 10 });
    expect(lines.map(({ level, text }) => `${level} ${text}`)).toEqual([
      "WARN `outputFiles`: no file matches `*.pdf`.",
      "WARN b.txt is no output file, because it is a link to /etc/passwd and leads out of the working directory.",
    ]);
  });

  it("fails with the exit code of its task, and keeps what it made", async () => {
    const id = await run(
      shell(
        "bad",
        ["echo kept > kept.txt", `echo '::{"outputs":{"n":1}}::'`, "exit 7"],
        'outputFiles: ["*.txt"]',
      ),
      shell("never", ["echo never"]),
    );
    const execution = await untilEnded(id);
    expect(execution.state).toBe("FAILED");
    expect(execution.failure).toMatchObject({ kind: "exit", exitCode: 7 });
    expect(execution.taskRuns).toHaveLength(1);
    expect(execution.taskRuns[0]?.outputs).toMatchObject({ vars: { n: 1 }, exitCode: 7 });
    expect(execution.taskRuns[0]?.files).toMatchObject([{ name: "kept.txt" }]);
  });

  it("warns of lines on standard error unless the task says not to", async () => {
    const loud = await run(shell("loud", ["echo oops >&2"]));
    const quiet = await run(shell("quiet", ["echo oops >&2"], "warningOnStdErr: false"));
    expect((await untilEnded(loud)).state).toBe("WARNING");
    expect((await untilEnded(quiet)).state).toBe("SUCCESS");
    const { lines } = await readLog(loud, {}, { offset: 0, limit: 10 });
    expect(lines).toMatchObject([{ text: "oops", level: "ERROR", stream: "stderr" }]);
  });

  it("goes on after a task that may fail", async () => {
    const id = await run(
      shell("bad", ["exit 1"], "allowFailure: true"),
      shell("next", ["echo on"]),
    );
    const execution = await untilEnded(id);
    expect(execution.state).toBe("WARNING");
    expect(execution.taskRuns.map((its) => its.state)).toEqual(["WARNING", "SUCCESS"]);
  });

  it("tries a task again as its retry says", async () => {
    const id = await run(
      shell(
        "flaky",
        ["# fake: exit 3 before attempt 2", "echo worked"],
        "retry:",
        "  type: constant",
        "  interval: PT0.1S",
        "  maxAttempt: 3",
      ),
    );
    const execution = await untilEnded(id);
    expect(execution.state).toBe("SUCCESS");
    expect(execution.taskRuns[0]?.attempts.map((its) => its.state)).toEqual([
      "FAILED",
      "FAILED",
      "SUCCESS",
    ]);
  });

  it("repeats what the platform broke, without a retry", async () => {
    const id = await run(shell("moved", ["# fake: evicted before attempt 1", "echo worked"]));
    const waits = await until(id, (its) => its.taskRuns[0]?.state === "RETRYING");
    expect(waits.taskRuns[0]?.attempts[1]?.waiting).toMatchObject({ kind: "retry" });
    const execution = await untilEnded(id);
    expect(execution.state).toBe("SUCCESS");
    expect(execution.taskRuns[0]?.attempts[0]?.failure).toMatchObject({
      kind: "evicted",
      fault: "platform",
    });
  });

  it("never takes a run that vanished for a success", async () => {
    const id = await run(shell("gone", ["echo begun", "# fake: deleted"]));
    const execution = await untilEnded(id);
    expect(execution.state).toBe("FAILED");
    expect(execution.failure?.kind).toBe("deleted");
  });

  it("waits for a place that refuses for now, and shows why", async () => {
    const id = await run(shell("later", ["# fake: unreachable 3 times", "echo worked"]));
    const waits = await until(id, isWaiting);
    expect(waits.taskRuns[0]?.attempts[0]?.waiting).toMatchObject({ kind: "unreachable" });
    expect((await untilEnded(id)).state).toBe("SUCCESS");
  });

  it("fails at once when the place refuses for good", async () => {
    const id = await run(shell("no", ["# fake: forbidden", "echo never"]));
    const execution = await untilEnded(id);
    expect(execution.state).toBe("FAILED");
    expect(execution.failure).toMatchObject({
      kind: "forbidden",
      remedy: expect.stringMatching(/./),
    });
  });

  it("ends a task that takes longer than its timeout", async () => {
    const id = await run(shell("slow", ["echo begun", "sleep 60"], "timeout: PT0.3S"));
    const execution = await untilEnded(id);
    expect(execution.state).toBe("FAILED");
    expect(execution.failure).toMatchObject({ kind: "timeout", message: "Timeout after PT0.3S" });
    expect(await logTexts(id)).toEqual(["begun"]);
    // Where the place has ended it first, it is removed once that is recorded.
    await expect.poll(() => place.runs.size).toBe(0);
  });

  it("says which expression of a task cannot be evaluated", async () => {
    const id = await run(shell("odd", ["echo {{ fromJson('no json') }}"]));
    const execution = await untilEnded(id);
    expect(execution.state).toBe("FAILED");
    expect(execution.failure).toMatchObject({
      kind: "expression",
      message: expect.stringContaining("commands[0] of task odd"),
    });
  });

  it("shows no secret in logs, outputs or failures", async () => {
    const flowId = await someFlow(
      "inputs:",
      "  - id: token",
      "    type: SECRET",
      "tasks:",
      ...shell("use", [
        "echo token={{ inputs.token }}",
        `echo '::{"outputs":{"got":"{{ inputs.token }}"}}::'`,
      ]),
    );
    const id = await someExecution(flowId, { token: "hunter22" });
    const execution = await untilEnded(id);
    expect(await logTexts(id)).toEqual(["token=********"]);
    expect(execution.taskRuns[0]?.outputs).toMatchObject({ vars: { got: "********" } });
    expect(JSON.stringify(execution)).not.toContain("hunter22");
  });

  it("keeps a log of many lines whole and in order", async () => {
    const id = await run(
      shell("count", ["i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done"]),
    );
    const execution = await untilEnded(id);
    expect(execution.failure).toBeNull();
    const expected = Array.from({ length: 3000 }, (_, index) => `line ${index}`);
    expect(await logTexts(id)).toEqual(expected);
  });
});

describe("a kill", () => {
  const killed = async (id: string): Promise<void> => {
    await killExecution(id);
    const execution = await untilEnded(id);
    expect(execution.state).toBe("KILLED");
    expect(execution.taskRuns.every((its) => its.state === "KILLED")).toBe(true);
    expect(place.runs.size).toBe(0);
  };

  it("ends what is pending", async () => {
    const id = await run(shell("pending", ["# fake: pending after 60s", "echo never"]));
    await until(id, (its) => its.taskRuns[0]?.attempts[0]?.marks.created !== undefined);
    await killed(id);
  });

  it("ends what waits for its place", async () => {
    const id = await run(shell("waits", ["# fake: unreachable 1000 times", "echo never"]));
    await until(id, isWaiting);
    await killed(id);
  });

  it("ends what runs, and keeps its log", async () => {
    const id = await run(shell("runs", ["echo begun", "sleep 60"]), shell("never", ["echo never"]));
    await until(id, (its) => its.logLines > 0);
    await killed(id);
    expect(await logTexts(id)).toEqual(["begun"]);
  });

  it("ends what still waits for its input files", async () => {
    const id = await run(
      shell(
        "brings",
        ["# fake: deliver-hangs", "echo never"],
        "inputFiles:",
        "  in.txt: 0123456789",
      ),
    );
    const halfWay = { done: 5, total: 10, file: { name: "in.txt", done: 5, size: 10 } };
    const its = await until(id, (one) => (one.taskRuns[0]?.attempts[0]?.upload?.done ?? 0) > 0);
    expect(its.taskRuns[0]?.attempts[0]?.upload).toEqual(halfWay);
    await killed(id);
    expect(await logTexts(id)).toEqual([]);
  });

  it("ends what is giving out its files, and keeps its log", async () => {
    const id = await run(
      shell(
        "gives",
        [
          "# fake: collect-hangs",
          "a=0123456789abcdef; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do a=$a$a; done; echo -n $a > x",
          "echo made",
        ],
        "outputFiles: [x]",
      ),
    );
    const its = await until(id, (one) => (one.taskRuns[0]?.attempts[0]?.download ?? null) !== null);
    const size = 16 * 2 ** 17;
    expect(its.taskRuns[0]?.attempts[0]).toMatchObject({
      download: { done: 0, total: size, file: { name: "x", done: 0, size } },
      marks: { ended: expect.any(String) },
    });
    await killed(id);
    expect(await logTexts(id)).toEqual(["made"]);
  });

  it("ends what sleeps in the worker", async () => {
    const id = await run(taskOf("nap", "io.kestra.plugin.core.flow.Sleep", "duration: PT1H"));
    await until(id, (its) => its.taskRuns[0]?.state === "RUNNING");
    await killed(id);
  });

  it("ends what waits for its next try", async () => {
    const id = await run(
      shell(
        "again",
        ["exit 1"],
        "retry:",
        "  type: constant",
        "  interval: PT1H",
        "  maxAttempt: 3",
      ),
    );
    await until(id, (its) => its.taskRuns[0]?.state === "RETRYING");
    await killed(id);
  });
});

describe("tasks of the worker itself", () => {
  it("fail when they say so", async () => {
    const id = await run(
      taskOf("no", "io.kestra.plugin.core.execution.Fail", "errorMessage: 'Not today'"),
    );
    const execution = await untilEnded(id);
    expect(execution.state).toBe("FAILED");
    expect(execution.failure?.message).toContain("Not today");
  });

  it("sleep as long as asked, and no longer than their timeout", async () => {
    const naps = await run(taskOf("nap", "io.kestra.plugin.core.flow.Sleep", "duration: PT0.3S"));
    const late = await run(
      taskOf("nap", "io.kestra.plugin.core.flow.Sleep", "duration: PT1H", "timeout: PT0.2S"),
    );
    const execution = await untilEnded(naps);
    expect(execution.state).toBe("SUCCESS");
    const took = Date.parse(execution.endedAt ?? "") - Date.parse(execution.startedAt ?? "");
    expect(took).toBeGreaterThanOrEqual(300);
    expect((await untilEnded(late)).failure?.message).toBe("Timeout after PT0.2S");
  });
});
