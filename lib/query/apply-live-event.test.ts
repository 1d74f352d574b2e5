import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ExecutionView, TaskRunView } from "#lib/core/execution-view.ts";
import type { LiveEvent } from "#lib/core/live-event.ts";
import type { LogLine } from "#lib/core/log-line.ts";
import type { State } from "#lib/core/state.ts";
import { applyLiveEvent, liveExecutionFrom } from "./apply-live-event.ts";

const taskRun = (id: string, version: number, state: State = "RUNNING"): TaskRunView => ({
  id,
  taskId: id,
  type: "io.kestra.plugin.core.log.Log",
  value: null,
  state,
  stateHistory: [],
  startedAt: null,
  endedAt: null,
  outputs: {},
  failure: null,
  attempts: [],
  files: [],
  version,
});

const execution = (version: number, state: State = "RUNNING", logLines = 0): ExecutionView => ({
  id: "5kTq2mAAAAAAAAAAAAAAAA",
  namespace: "finance",
  flowId: "report",
  revision: 1,
  state,
  createdAt: "2026-11-24T10:00:00.000Z",
  startedAt: null,
  endedAt: null,
  labels: {},
  connectionId: null,
  failure: null,
  version,
  stateHistory: [],
  inputs: {},
  inputFiles: [],
  outputs: {},
  tasks: [],
  taskRuns: [],
  logLines,
  metrics: [],
});

const change = (view: ExecutionView, ...taskRuns: TaskRunView[]): LiveEvent => {
  const { taskRuns: _, ...rest } = view;
  return { type: "execution", execution: rest, taskRuns };
};

const line = (index: number): LogLine => ({
  index,
  taskRunId: "a",
  attemptNumber: 0,
  taskId: "a",
  time: "2026-11-24T10:00:00.000Z",
  level: "INFO",
  stream: "stdout",
  text: `line ${index}`,
});
const log = (from: number, count: number): LiveEvent => ({
  type: "log",
  lines: Array.from({ length: count }, (_, at) => line(from + at)),
});

const start = liveExecutionFrom(execution(3, "RUNNING", 10));

describe("a live execution", () => {
  test("asks for what comes after the page that was loaded", () => {
    expect(start.cursor).toEqual({ version: 3, line: 10 });
  });

  test("takes a newer state and the task runs that changed, in their places", () => {
    const first = applyLiveEvent(start, change(execution(4), taskRun("a", 4), taskRun("b", 4)));
    const next = applyLiveEvent(first, change(execution(5, "SUCCESS"), taskRun("a", 5, "SUCCESS")));
    expect(next.execution.state).toBe("SUCCESS");
    expect(next.execution.taskRuns.map((row) => `${row.id} ${row.state}`)).toEqual([
      "a SUCCESS",
      "b RUNNING",
    ]);
    expect(next.cursor).toEqual({ version: 5, line: 10 });
  });

  test("is not set back by an older state that arrives late", () => {
    const newer = applyLiveEvent(
      start,
      change(execution(9, "SUCCESS"), taskRun("a", 9, "SUCCESS")),
    );
    expect(applyLiveEvent(newer, change(execution(8), taskRun("a", 8)))).toBe(newer);
  });

  test("counts lines and never counts one twice", () => {
    const after = applyLiveEvent(start, log(10, 5));
    expect(after.cursor.line).toBe(15);
    // What does not show lines is not drawn again for them.
    expect(after.execution).toBe(start.execution);
    expect(applyLiveEvent(after, log(12, 3))).toBe(after);
    expect(applyLiveEvent(after, log(12, 4)).cursor.line).toBe(16);
  });

  test("ends once", () => {
    const ended = applyLiveEvent(start, { type: "end" });
    expect(ended.isEnded).toBe(true);
    expect(applyLiveEvent(ended, { type: "end" })).toBe(ended);
  });

  test("is the same however often a stretch of the stream is sent again", () => {
    const stream: LiveEvent[] = [
      change(execution(4), taskRun("a", 4)),
      log(10, 4),
      change(execution(5), taskRun("a", 5, "SUCCESS"), taskRun("b", 5)),
      log(14, 1),
      change(execution(6, "FAILED"), taskRun("b", 6, "FAILED")),
      { type: "end" },
    ];
    const straight = stream.reduce(applyLiveEvent, start);
    const point = fc.nat({ max: stream.length - 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(point, point)), (breaks) => {
        let state = start;
        let sent = 0;
        for (const [upTo, back] of breaks) {
          for (; sent < upTo; sent += 1) state = applyLiveEvent(state, stream[sent] as LiveEvent);
          sent = Math.min(sent, back);
        }
        for (; sent < stream.length; sent += 1) {
          state = applyLiveEvent(state, stream[sent] as LiveEvent);
        }
        expect(state).toEqual(straight);
      }),
    );
  });
});
