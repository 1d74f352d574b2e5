import type { Failure, Waiting } from "./failure.ts";
import type { LogSeal } from "./log-line.ts";
import type { State, StateChange } from "./state.ts";

/** A stored file as a screen lists it. */
export interface ArtifactView {
  /** `kestra:///…` */
  uri: string;
  /** Path relative to the working directory for outputs, the upload's name for inputs. */
  name: string;
  size: number;
  /** Hexadecimal SHA-256 of the bytes. */
  sha256: string;
}

/** One row of the list of executions. Dates are ISO 8601 with milliseconds, UTC. */
export interface ExecutionSummary {
  id: string;
  namespace: string;
  flowId: string;
  revision: number;
  state: State;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  labels: Record<string, string>;
  /** The connection that was picked; null is "what the flow says". */
  connectionId: string | null;
  failure: Failure | null;
}

/** What an attempt spent its time on: the moment each phase began, ISO 8601; absent when it did not happen. */
export interface PhaseMarks {
  queued?: string;
  /** The pod, or the process, was asked for. */
  created?: string;
  scheduled?: string;
  /** The node began to fetch the image; the same moment as `pulled` where it had it. */
  pulling?: string;
  /** The image was there. */
  pulled?: string;
  started?: string;
  /** The input files were in place and the user's code began. */
  running?: string;
  /** The user's code ended. */
  ended?: string;
  /** The log was drained and the output files stored. */
  collected?: string;
  recorded?: string;
  /** The pod's removal was accepted; no part of the attempt's time. */
  removed?: string;
}

/** How far files are on their way, in bytes. */
export interface Transfer {
  done: number;
  total: number;
  /** The one that is on its way; null: none is. */
  file: { name: string; done: number; size: number } | null;
}

export interface PodView {
  namespace: string;
  name: string;
  node: string | null;
  /** Whether it stays after its end, as the flow says. */
  isKept: boolean;
}

export interface AttemptView {
  id: string;
  /** From 0, as `taskrun.attemptsCount`. */
  number: number;
  state: State;
  runner: "kubernetes" | "process" | "worker";
  /** The connection it ran on; null when the worker itself ran it. */
  connectionId: string | null;
  startedAt: string | null;
  endedAt: string | null;
  exitCode: number | null;
  failure: Failure | null;
  waiting: Waiting | null;
  pod: PodView | null;
  marks: PhaseMarks;
  seal: LogSeal;
  /** What its place told of it when it ended badly: one file to download. */
  blackBox: ArtifactView | null;
  /** The input files; null without any. */
  upload: Transfer | null;
  /** The output files; null when nobody could have seen them on their way. */
  download: Transfer | null;
}

export interface TaskRunView {
  id: string;
  taskId: string;
  type: string;
  value: string | null;
  state: State;
  stateHistory: StateChange[];
  startedAt: string | null;
  endedAt: string | null;
  /** As expressions see it: `vars`, `outputFiles`, `exitCode`, … */
  outputs: Record<string, unknown>;
  failure: Failure | null;
  attempts: AttemptView[];
  files: ArtifactView[];
  /** The execution's version at this row's last change. */
  version: number;
}

export interface ExecutionView extends ExecutionSummary {
  /** Grows by one with every change of the execution or anything in it. */
  version: number;
  stateHistory: StateChange[];
  inputs: Record<string, unknown>;
  inputFiles: ArtifactView[];
  outputs: Record<string, unknown>;
  /** The flow's tasks in order, so that a screen can show what has not run yet. */
  tasks: { id: string; type: string; line: number | null }[];
  taskRuns: TaskRunView[];
  logLines: number;
  metrics: MetricView[];
}

/** What an execution was asked for, to be asked for again; secrets are left out. */
export interface EarlierRequest {
  /** By input id; null where it had no value. */
  inputs: Record<string, unknown>;
  /** Without those that the flow gives by itself. */
  labels: Record<string, string>;
  connectionId: string | null;
}

export interface MetricView {
  taskRunId: string;
  taskId: string;
  name: string;
  type: "counter" | "timer" | "gauge";
  /** Timers in seconds. */
  value: number;
  tags: Record<string, string>;
}

/** One page of a list; `next` is the cursor of the following page, null on the last. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** What the list of executions can be narrowed by; absent is "all". Times are ISO 8601. */
export interface ExecutionFilter {
  namespace?: string;
  flowId?: string;
  states?: State[];
  from?: string;
  to?: string;
  /** Part of an id, a flow's id, a namespace or a label's value. */
  text?: string;
}
