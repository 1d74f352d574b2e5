import type { AttemptView, ExecutionView, TaskRunView } from "#lib/core/execution-view.ts";
import type { Failure } from "#lib/core/failure.ts";

const NOW = "2026-11-24T10:00:00.000Z";

/** Views for tests and previews: only what matters there is said. */
export function anExecution(rest: Partial<ExecutionView> = {}): ExecutionView {
  return {
    id: "5kTq2mAAAAAAAAAAAAAAAA",
    namespace: "finance",
    flowId: "nightly_report",
    revision: 31,
    state: "RUNNING",
    createdAt: NOW,
    startedAt: NOW,
    endedAt: null,
    labels: {},
    connectionId: null,
    failure: null,
    version: 1,
    stateHistory: [],
    inputs: {},
    inputFiles: [],
    outputs: {},
    tasks: [],
    taskRuns: [],
    logLines: 0,
    metrics: [],
    ...rest,
  };
}

export function aTaskRun(rest: Partial<TaskRunView> = {}): TaskRunView {
  return {
    id: "run",
    taskId: "task",
    type: "io.kestra.plugin.scripts.python.Commands",
    value: null,
    state: "RUNNING",
    stateHistory: [],
    startedAt: NOW,
    endedAt: null,
    outputs: {},
    failure: null,
    attempts: [],
    files: [],
    version: 1,
    ...rest,
  };
}

export function anAttempt(rest: Partial<AttemptView> = {}): AttemptView {
  return {
    id: "attempt",
    number: 0,
    state: "RUNNING",
    runner: "kubernetes",
    connectionId: "context:kind-local",
    startedAt: NOW,
    endedAt: null,
    exitCode: null,
    failure: null,
    waiting: null,
    pod: null,
    marks: {},
    seal: { state: "live" },
    blackBox: null,
    upload: null,
    download: null,
    ...rest,
  };
}

export function aFailure(rest: Partial<Failure> = {}): Failure {
  return {
    kind: "exit",
    message: "report exited with code 1.",
    remedy: "",
    evidence: "",
    fault: "user",
    exitCode: 1,
    line: null,
    ...rest,
  };
}
