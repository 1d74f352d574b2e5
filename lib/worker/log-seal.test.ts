import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, someWorker, until, untilEnded } from "#e2e/executions/worker-stage.ts";
import { readLog, streamRawLog } from "#lib/executions/read-log.ts";
import { createFakeRunner, FakePlace } from "#lib/runner/fake/fake-runner.ts";
import type { RunLogLine } from "#lib/runner/contract.ts";
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
const run = async (...commands: string[]): Promise<string> => {
  const lines = commands.map((each) => `  - ${JSON.stringify(each)}`);
  return someExecution(await someFlow("tasks:", ...taskOf("a", SHELL, "commands:", ...lines)));
};

async function rawLog(id: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of streamRawLog(id, { attempt: 0 })) parts.push(part);
  return Buffer.concat(parts);
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("the log of an ended attempt", () => {
  it("is sealed with the count and the hash of its lines as they can be downloaded", async () => {
    const id = await run("echo one", "echo", "echo three");
    const execution = await untilEnded(id);
    const raw = await rawLog(id);
    expect(raw.toString()).toBe("one\n\nthree\n");
    expect(execution.taskRuns[0]?.attempts[0]?.seal).toEqual({
      state: "complete",
      lines: 3,
      bytes: 8,
      sha256: sha256(raw),
    });
  });

  it("ends with why it failed, which is said by Podflow and not sealed", async () => {
    const id = await run("echo begun", "exit 7");
    const execution = await untilEnded(id);
    const { lines } = await readLog(id, {}, { offset: 0, limit: 10 });
    const { failure, seal } = execution.taskRuns[0]?.attempts[0] ?? {};
    expect(lines).toMatchObject([
      { text: "begun", level: "INFO", stream: "stdout" },
      { text: `${failure?.message} ${failure?.remedy}`.trim(), level: "ERROR", stream: "podflow" },
    ]);
    expect(seal).toEqual({
      state: "complete",
      lines: 1,
      bytes: 5,
      sha256: sha256(Buffer.from("begun\n")),
    });
    expect((await rawLog(id)).toString()).toBe("begun\n");
  });

  it("ends with what there is to remark of a success", async () => {
    const id = await run("echo begun", "# fake: oom-of-child");
    const execution = await untilEnded(id);
    const { lines } = await readLog(id, {}, { offset: 0, limit: 10 });
    expect(execution.state).toBe("SUCCESS");
    expect(lines).toMatchObject([
      { text: "begun", stream: "stdout" },
      { text: expect.stringMatching(/^The fake .* Take the/), level: "WARN", stream: "podflow" },
    ]);
  });

  it("has the same seal when another worker stored its end", async () => {
    const id = await run("echo one", "sleep 1", "echo two");
    await until(id, ({ logLines }) => logLines === 1);
    await worker.stop();
    worker = someWorker(createFakeRunner(place));
    const execution = await untilEnded(id);
    expect(await logTexts(id)).toEqual(["one", "two"]);
    expect(execution.taskRuns[0]?.attempts[0]?.seal).toMatchObject({
      state: "complete",
      lines: 2,
      sha256: sha256(Buffer.from("one\ntwo\n")),
    });
  });

  it("says exactly where lines are missing", async () => {
    await worker.stop();
    const runner = createFakeRunner(place);
    const line = (text: string): RunLogLine => ({
      bytes: Buffer.from(text),
      time: new Date(),
      stream: null,
    });
    const gap = { after: "2026-11-25T00:51:03Z", before: "2026-11-25T00:52:00Z", why: "Lost." };
    const beginning = { after: null, before: null, why: "No beginning.", isBeginning: true };
    runner.followLog = async function* () {
      yield { lines: [line("one"), line("two")], cursor: "2" };
      yield { lines: [line("five")], cursor: "5", gap };
      yield { lines: [], cursor: "5", gap: beginning };
    };
    worker = someWorker(runner);
    const execution = await untilEnded(await run("true"));
    expect(execution.taskRuns[0]?.attempts[0]?.seal).toEqual({
      state: "incomplete",
      lines: 3,
      bytes: 10,
      sha256: sha256(Buffer.from("one\ntwo\nfive\n")),
      isJoined: true,
      gap: "No beginning. Lost (after line 2, between 2026-11-25 00:51:03.000 and 2026-11-25 00:52:00.000 UTC).",
      gaps: [
        { afterLine: 0, from: null, to: null, why: "No beginning." },
        { afterLine: 2, from: gap.after, to: gap.before, why: "Lost." },
      ],
    });
  });

  it("has a line that came in parts as it was printed, and no secret that was cut in two", async () => {
    await worker.stop();
    const runner = createFakeRunner(place);
    const text = "a very long line with hunter22 in it";
    const cuts = [0, text.indexOf("ter22"), text.indexOf(" in it"), text.length];
    runner.followLog = async function* () {
      for (const [index, start] of cuts.slice(0, -1).entries()) {
        const part = {
          before: Buffer.from(text.slice(0, start)),
          after: Buffer.from(text.slice(cuts[index + 1])),
        };
        const bytes = Buffer.from(text.slice(start, cuts[index + 1]));
        yield { lines: [{ bytes, time: new Date(), stream: null, part }], cursor: String(index) };
      }
      yield {
        lines: [{ bytes: Buffer.from("short"), time: new Date(), stream: null }],
        cursor: "3",
      };
    };
    worker = someWorker(runner);
    const secret = ["inputs:", "  - id: token", "    type: SECRET"];
    const echo = ["commands:", "  - echo {{ inputs.token }}"];
    const flow = await someFlow(...secret, "tasks:", ...taskOf("a", SHELL, ...echo));
    const id = await someExecution(flow, { token: "hunter22" });
    const execution = await untilEnded(id);
    const raw = await rawLog(id);
    expect(raw.toString()).toBe("a very long line with ******** in it\nshort\n");
    expect(execution.taskRuns[0]?.attempts[0]?.seal).toMatchObject({
      state: "complete",
      sha256: sha256(raw),
    });
    const { lines } = await readLog(id, {}, { offset: 0, limit: 10 });
    expect(lines.map((line) => line.continues ?? false)).toEqual([false, true, true, false]);
    expect(execution.taskRuns[0]?.outputs).toMatchObject({ stdOutLineCount: 2 });
  });

  it("counts lines and keeps outputs that come while others are being stored", async () => {
    await worker.stop();
    const runner = createFakeRunner(place);
    runner.followLog = async function* () {
      for (let at = 0; at < 60; at += 1) {
        const bytes = Buffer.from(`::{"outputs":{"n${at}":${at}}}::`);
        const time = new Date();
        yield { lines: [{ bytes, time, stream: "stdout" }], cursor: String(at) };
        await pause(2);
      }
    };
    worker = someWorker(runner);
    const execution = await untilEnded(await run("true"));
    const vars = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`n${at}`, at]));
    expect(execution.taskRuns[0]?.outputs).toMatchObject({ vars, stdOutLineCount: 60 });
  });

  it("of nothing is sealed too", async () => {
    const execution = await untilEnded(await run("true"));
    const { seal } = execution.taskRuns[0]?.attempts[0] ?? {};
    expect(seal).toMatchObject({ state: "complete", lines: 0, sha256: sha256(Buffer.alloc(0)) });
  });
});
