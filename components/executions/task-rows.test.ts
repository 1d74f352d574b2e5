import { describe, expect, test } from "vitest";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import type { Waiting } from "#lib/core/failure.ts";
import { anAttempt, anExecution, aFailure, aTaskRun } from "./execution-fixture.ts";
import { taskRows, typeName, wordOf } from "./task-rows.ts";

const tasks = ["collect", "report", "mail"].map((id, at) => ({
  id,
  type: "io.kestra.plugin.scripts.python.Commands",
  line: 10 + at,
}));
const running: ExecutionView = anExecution({
  tasks,
  taskRuns: [
    aTaskRun({ id: "1", taskId: "collect", state: "SUCCESS" }),
    aTaskRun({ id: "2", taskId: "report" }),
  ],
});

describe("the rows of an execution", () => {
  test("show what has not run and what it waits for", () => {
    expect(taskRows(running).map((row) => [row.key, row.run?.state, row.waitsFor])).toEqual([
      ["collect", "SUCCESS", null],
      ["report", "RUNNING", null],
      ["mail", undefined, "report"],
    ]);
  });

  test("wait for nothing once the execution has ended", () => {
    const ended = taskRows({ ...running, state: "FAILED" });
    expect(ended.at(-1)).toMatchObject({ key: "mail", run: null, waitsFor: null });
  });

  test("show each value of a loop, and runs that the flow does not name", () => {
    const rows = taskRows({
      ...running,
      taskRuns: [
        aTaskRun({ id: "1", taskId: "collect", value: "de" }),
        aTaskRun({ id: "2", taskId: "collect", value: "fr" }),
        aTaskRun({ id: "3", taskId: "cleanup" }),
      ],
    });
    expect(rows.map((row) => row.key)).toEqual([
      "collect[de]",
      "collect[fr]",
      "report",
      "mail",
      "cleanup",
    ]);
  });

  test.each([
    ["io.kestra.plugin.scripts.python.Commands", "python"],
    ["io.kestra.plugin.scripts.shell.Script", "shell"],
    ["io.kestra.plugin.core.log.Log", "Log"],
    ["Log", "Log"],
  ])("call %s %s", (type, name) => expect(typeName(type)).toBe(name));
});

describe("what a person should know now", () => {
  const since = "2026-11-24T10:00:00.000Z";
  const waiting = (kind: Waiting["kind"]): ExecutionView => ({
    ...running,
    taskRuns: [
      aTaskRun({
        taskId: "report",
        attempts: [
          anAttempt({ waiting: { kind, message: "m", remedy: "r", evidence: "e", since } }),
        ],
      }),
    ],
  });
  const said = (execution: ExecutionView, seconds: number) =>
    wordOf(execution, taskRows(execution), Date.parse(since) + seconds * 1000);

  test("a reason that will not pass is said at once", () => {
    expect(said(waiting("unschedulable"), 0)).toMatchObject({ kind: "waiting" });
  });

  test("a try that the platform cost is said at once, however short its pause", () => {
    expect(said(waiting("retry"), 0)).toMatchObject({ kind: "waiting" });
  });

  test("a pull is worth a word when it takes long", () => {
    expect(said(waiting("pulling"), 3)).toBeNull();
    expect(said(waiting("pulling"), 12)).toMatchObject({ kind: "waiting" });
  });

  test("a failure is said with the task it happened in", () => {
    const failure = aFailure({ message: "report exited with code 1." });
    const execution = anExecution({
      tasks,
      state: "FAILED",
      taskRuns: [aTaskRun({ taskId: "report", state: "FAILED", failure })],
    });
    expect(said(execution, 0)).toMatchObject({ kind: "failure", failure, row: { key: "report" } });
  });

  test("a failure that was allowed is why there is a warning", () => {
    const failure = aFailure({ message: "This failure is allowed." });
    const execution = anExecution({
      tasks,
      state: "WARNING",
      taskRuns: [
        aTaskRun({ id: "1", taskId: "report", state: "WARNING", failure }),
        aTaskRun({ id: "2", taskId: "mail", state: "SUCCESS" }),
      ],
    });
    expect(said(execution, 0)).toMatchObject({ kind: "failure", failure, row: { key: "report" } });
  });

  test("what no worker takes is said after a moment, of the execution or of its task", () => {
    const created = anExecution({ tasks, state: "CREATED", startedAt: null });
    expect(said(created, 3)).toBeNull();
    expect(said(created, 6)).toMatchObject({
      kind: "waiting",
      waiting: { message: "No worker has taken this execution yet." },
      row: null,
    });
    const queued = (startedAt: string | null): ExecutionView => ({
      ...running,
      taskRuns: [
        aTaskRun({
          taskId: "report",
          attempts: [anAttempt({ startedAt, marks: { queued: since } })],
        }),
      ],
    });
    expect(said(queued(null), 6)).toMatchObject({
      waiting: { message: "No worker has taken report yet." },
      row: { key: "report" },
    });
    expect(said(queued(since), 6)).toBeNull();
  });

  test("nothing is said when all goes well", () => {
    expect(said(running, 0)).toBeNull();
  });
});
