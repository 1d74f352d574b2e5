import { describe, expect, it } from "vitest";
import type { Failure } from "#lib/core/failure.ts";
import type { State } from "#lib/core/state.ts";
import type { Flow, Retry, Task } from "#lib/flow/flow.ts";
import { decide } from "./decide.ts";
import type { AttemptSnapshot, Snapshot, TaskRunSnapshot } from "./snapshot.ts";

const NOW = new Date("2026-01-01T00:00:00Z");

function task(id: string, changes: Partial<Task> = {}): Task {
  return {
    id,
    type: "io.kestra.plugin.core.log.Log",
    description: null,
    disabled: false,
    allowFailure: false,
    allowWarning: false,
    runIf: "true",
    timeout: null,
    retry: null,
    logLevel: "INFO",
    properties: {},
    range: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
    ...changes,
  };
}

function flow(...tasks: Task[]): Flow {
  return {
    id: "f",
    namespace: "n",
    description: "",
    labels: {},
    inputs: [],
    variables: {},
    tasks,
    outputs: [],
    disabled: false,
    canRun: true,
  };
}

function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    state: "RUNNING",
    isKillRequested: false,
    last: null,
    hasWarnings: false,
    conditions: new Map(),
    outputs: null,
    ...changes,
  };
}

const failure = (fault: Failure["fault"]): Failure => ({
  kind: fault === "user" ? "exit" : "evicted",
  message: "It ended badly.",
  remedy: "",
  evidence: "",
  fault,
  exitCode: fault === "user" ? 3 : null,
  line: null,
});

interface Shape {
  state?: State;
  position?: number;
  made?: number;
  platformFailures?: number;
  firstStartedAt?: Date;
  attempt?: Partial<AttemptSnapshot>;
}

function run(shape: Shape = {}): TaskRunSnapshot {
  const latest: AttemptSnapshot = {
    id: "attempt",
    state: "RUNNING",
    failure: null,
    isClaimed: true,
    mayRepeat: false,
    ...shape.attempt,
  };
  return {
    id: "run",
    taskId: "a",
    position: shape.position ?? 0,
    state: shape.state ?? "RUNNING",
    failure: null,
    attempts: {
      made: shape.made ?? 1,
      platformFailures: shape.platformFailures ?? 0,
      firstStartedAt: shape.firstStartedAt ?? NOW,
      latest,
    },
  };
}

const userFailed = { state: "FAILED", failure: failure("user") } as const;
const platformFailed = {
  state: "FAILED",
  failure: failure("platform"),
  mayRepeat: true,
} as const;
const twice: Retry = {
  type: "constant",
  intervalMs: 5000,
  maxAttempts: 2,
  maxDurationMs: null,
  warningOnRetry: false,
};
const brief = (steps: ReturnType<typeof decide>): string[] =>
  steps.map((step) =>
    [
      step.kind,
      "taskId" in step && step.kind === "create-task-run" ? step.taskId : "",
      "state" in step ? step.state : "",
      "to" in step ? step.to : "",
      "number" in step ? `${step.number} in ${step.delayMs}` : "",
    ]
      .filter(Boolean)
      .join(" "),
  );

describe("what is next", () => {
  const cases: [string, Flow, Snapshot, string[]][] = [
    [
      "a new execution runs",
      flow(task("a")),
      snapshot({ state: "CREATED" }),
      ["move-execution RUNNING"],
    ],
    ["then its first task", flow(task("a")), snapshot(), ["create-task-run a CREATED"]],
    [
      "a disabled task is skipped",
      flow(task("a", { disabled: true })),
      snapshot(),
      ["create-task-run a SKIPPED"],
    ],
    [
      "a condition is asked for first",
      flow(task("a", { runIf: "{{ inputs.x }}" })),
      snapshot(),
      ["evaluate-condition"],
    ],
    [
      "a false condition skips",
      flow(task("a", { runIf: "{{ inputs.x }}" })),
      snapshot({ conditions: new Map([["a", { runs: false }]]) }),
      ["create-task-run a SKIPPED"],
    ],
    [
      "a condition that cannot be evaluated fails the task",
      flow(task("a", { runIf: "{{ nope }}" })),
      snapshot({ conditions: new Map([["a", { failure: failure("user") }]]) }),
      ["create-task-run a FAILED"],
    ],
    [
      "unless the task may fail",
      flow(task("a", { runIf: "{{ nope }}", allowFailure: true })),
      snapshot({ conditions: new Map([["a", { failure: failure("user") }]]) }),
      ["create-task-run a WARNING"],
    ],
    ["a live attempt is waited for", flow(task("a")), snapshot({ last: run() }), []],
    [
      "a task ends as its attempt did",
      flow(task("a")),
      snapshot({ last: run({ attempt: { state: "SUCCESS" } }) }),
      ["move-task-run SUCCESS"],
    ],
    [
      "after a success the next task begins",
      flow(task("a"), task("b")),
      snapshot({ last: run({ state: "SUCCESS", attempt: { state: "SUCCESS" } }) }),
      ["create-task-run b CREATED"],
    ],
    [
      "after a failure no other task begins",
      flow(task("a"), task("b")),
      snapshot({ last: run({ state: "FAILED", attempt: userFailed }) }),
      ["end-execution FAILED"],
    ],
    [
      "a failure without retry ends the task",
      flow(task("a")),
      snapshot({ last: run({ attempt: userFailed }) }),
      ["move-task-run FAILED"],
    ],
    [
      "allowFailure turns it into a warning",
      flow(task("a", { allowFailure: true })),
      snapshot({ last: run({ attempt: userFailed }) }),
      ["move-task-run WARNING"],
    ],
    [
      "allowFailure and allowWarning turn it into a success",
      flow(task("a", { allowFailure: true, allowWarning: true })),
      snapshot({ last: run({ attempt: userFailed }) }),
      ["move-task-run SUCCESS"],
    ],
    [
      "allowWarning turns a warning into a success",
      flow(task("a", { allowWarning: true })),
      snapshot({ last: run({ attempt: { state: "WARNING" } }) }),
      ["move-task-run SUCCESS"],
    ],
    [
      "a failure with retry is tried again after the interval",
      flow(task("a", { retry: twice })),
      snapshot({ last: run({ attempt: userFailed }) }),
      ["move-task-run RETRYING", "create-attempt 1 in 5000"],
    ],
    [
      "the last try fails for good",
      flow(task("a", { retry: twice })),
      snapshot({ last: run({ made: 2, attempt: userFailed }) }),
      ["move-task-run FAILED"],
    ],
    [
      "a retry that would begin after maxDuration is not made",
      flow(task("a", { retry: { ...twice, maxAttempts: null, maxDurationMs: 4000 } })),
      snapshot({ last: run({ attempt: userFailed }) }),
      ["move-task-run FAILED"],
    ],
    [
      "a success after a retry warns when the flow says so",
      flow(task("a", { retry: { ...twice, warningOnRetry: true } })),
      snapshot({ last: run({ made: 2, attempt: { state: "SUCCESS" } }) }),
      ["move-task-run WARNING"],
    ],
    [
      "a platform failure is repeated without a retry",
      flow(task("a")),
      snapshot({ last: run({ platformFailures: 1, attempt: platformFailed }) }),
      ["move-task-run RETRYING", "create-attempt 1 in 1000"],
    ],
    [
      "a platform failure takes nothing from the retries",
      flow(task("a", { retry: twice })),
      snapshot({ last: run({ made: 2, platformFailures: 1, attempt: userFailed }) }),
      ["move-task-run RETRYING", "create-attempt 2 in 5000"],
    ],
    [
      "the platform's budget ends",
      flow(task("a")),
      snapshot({ last: run({ made: 4, platformFailures: 4, attempt: platformFailed }) }),
      ["move-task-run FAILED"],
    ],
    [
      "a platform failure of unknown end is not repeated",
      flow(task("a")),
      snapshot({
        last: run({ platformFailures: 1, attempt: { ...platformFailed, mayRepeat: false } }),
      }),
      ["move-task-run FAILED"],
    ],
    [
      "the flow's outputs are evaluated at the end",
      flow(task("a")),
      snapshot({ last: run({ state: "SUCCESS" }) }),
      ["evaluate-outputs"],
    ],
    [
      "outputs that cannot be evaluated fail the execution",
      flow(task("a")),
      snapshot({ last: run({ state: "SUCCESS" }), outputs: { failure: failure("user") } }),
      ["end-execution FAILED"],
    ],
    [
      "an earlier warning shows in the end",
      flow(task("a")),
      snapshot({ last: run({ state: "SUCCESS" }), hasWarnings: true, outputs: { values: {} } }),
      ["end-execution WARNING"],
    ],
    [
      "an execution of skipped tasks succeeds",
      flow(task("a")),
      snapshot({ last: { ...run({ state: "SKIPPED" }), attempts: null }, outputs: { values: {} } }),
      ["end-execution SUCCESS"],
    ],
    [
      "a kill before the first task ends at once",
      flow(task("a")),
      snapshot({ state: "CREATED", isKillRequested: true }),
      ["move-execution KILLING", "end-execution KILLED"],
    ],
    [
      "a queued execution is simply dropped",
      flow(task("a")),
      snapshot({ state: "QUEUED", isKillRequested: true }),
      ["end-execution KILLED"],
    ],
    [
      "a kill waits for the worker that has the attempt",
      flow(task("a")),
      snapshot({ isKillRequested: true, last: run() }),
      ["move-execution KILLING", "move-task-run KILLING"],
    ],
    [
      "a kill ends an attempt that nobody has",
      flow(task("a")),
      snapshot({
        isKillRequested: true,
        last: run({ state: "RETRYING", attempt: { state: "CREATED", isClaimed: false } }),
      }),
      ["move-execution KILLING", "kill-attempt", "move-task-run KILLED", "end-execution KILLED"],
    ],
    [
      "a kill between two tasks begins no other",
      flow(task("a"), task("b")),
      snapshot({ isKillRequested: true, last: run({ state: "SUCCESS" }) }),
      ["move-execution KILLING", "end-execution KILLED"],
    ],
    [
      "a task that ended before the kill reached it keeps its state",
      flow(task("a")),
      snapshot({
        state: "KILLING",
        isKillRequested: true,
        last: run({ state: "KILLING", attempt: { state: "SUCCESS" } }),
      }),
      ["move-task-run SUCCESS", "end-execution KILLED"],
    ],
    [
      "an ended execution stays as it is",
      flow(task("a")),
      snapshot({ state: "FAILED", isKillRequested: true, last: run({ state: "FAILED" }) }),
      [],
    ],
  ];
  it.each(cases)("%s", (_title, its, at, expected) => {
    expect(brief(decide(its, at, NOW))).toEqual(expected);
  });
});
