import type { Failure } from "#lib/core/failure.ts";
import type { LogLevel } from "#lib/core/log-line.ts";
import type { Task } from "#lib/flow/flow.ts";
import type { TaskDefinition } from "#lib/flow/task-catalogue.ts";
import type { PodOptions } from "./pod-options.ts";

/**
 * A type of task: what a flow may say of it and what it does. Each has a file of its own; the
 * catalogue, the JSON Schema and the hover texts are built from these.
 */
export type TaskType = TaskDefinition & (ScriptTaskType | WorkerTaskType);

interface ScriptTaskType {
  kind: "script";
  /** Renders the task and says what to run. @throws TaskFailure */
  plan(task: Task, context: TaskContext): Promise<ScriptPlan>;
}

interface WorkerTaskType {
  kind: "worker";
  /** Does it, in the worker itself. @throws TaskFailure */
  run(task: Task, context: WorkerTaskContext): Promise<WorkerTaskResult>;
}

/** What a task type may use. */
export interface TaskContext {
  /** Renders an expression to text. @throws TaskFailure of kind `expression` that names where */
  render(text: string, path: string): Promise<string>;
  /** Folders of the attempt, as its own code sees them. */
  workspace: { workingDir: string; outputDir: string };
}

export interface WorkerTaskContext extends TaskContext {
  log(level: LogLevel, message: string): void;
  /** The attempt's start: what waits, waits from here, also after another worker took over. */
  startedAt: Date;
  /** Resolves at that moment; rejects when the attempt is killed. */
  waitUntil(moment: Date): Promise<void>;
}

interface WorkerTaskResult {
  outputs: Record<string, unknown>;
}

/** A task that fails for a reason of its own: a value that happens to be thrown. */
export class TaskFailure extends Error {
  override readonly name = "TaskFailure";
  readonly failure: Failure;
  /** Keys from the task on down to what it is about; null: the task. */
  readonly path: readonly (string | number)[] | null;

  constructor(failure: Failure, path: readonly (string | number)[] | null = null) {
    super(failure.message);
    this.failure = failure;
    this.path = path;
  }
}

/** Where a script task wants to run. `default`: the flow does not say. */
export type TaskRunnerChoice =
  | { kind: "default" }
  | { kind: "process" }
  | { kind: "kubernetes"; config: ConnectionConfig | null };

/** `taskRunner.config` in its newest spelling, rendered; only what is set (LANGUAGE.md 1.3). */
export interface ConnectionConfig {
  masterUrl?: string;
  namespace?: string;
  username?: string;
  password?: string;
  oauthToken?: string;
  /** Base64 of PEM, or PEM. */
  caCertData?: string;
  clientCertData?: string;
  clientKeyData?: string;
  clientKeyPassphrase?: string;
  /** Files of the server, where the operator allows them. */
  caCertFile?: string;
  clientCertFile?: string;
  clientKeyFile?: string;
  keyStoreFile?: string;
  keyStorePassphrase?: string;
  trustStoreFile?: string;
  trustStorePassphrase?: string;
  oauthTokenProvider?: TokenProvider;
  /** false: nothing comes from the connection. */
  inheritClusterConfig?: boolean;
  trustCerts?: boolean;
  disableHostnameVerification?: boolean;
  /** Ours: a kubeconfig's text, and which of its contexts. */
  kubeconfig?: string;
  context?: string;
}

/** A task that gives a bearer token, as it is written: it is rendered when it runs. */
export interface TokenProvider {
  task: Record<string, unknown>;
  /** An expression that sees the task's outputs, e.g. `{{ vars.token }}`. */
  output: string;
  /** How long a token is used again; 0: for one task run. */
  cacheMs: number;
}

/** A script task, rendered: everything the worker needs to make an AttemptSpec. */
export interface ScriptPlan {
  runner: TaskRunnerChoice;
  image: string | null;
  command: string[];
  /** Of the task; WORKING_DIR and OUTPUT_DIR come on top. */
  env: Record<string, string>;
  inputFiles: PlannedFile[];
  /** Globs, LANGUAGE.md 2.3. */
  outputFiles: string[];
  hasOutputDir: boolean;
  warningOnStdErr: boolean;
  kubernetes: PodOptions;
}

/** A file for the working directory: text of the flow, or a stored file by its `kestra:///` URI. */
export interface PlannedFile {
  /** Relative to the working directory, checked: it never leaves it. */
  path: string;
  content: { kind: "text"; text: string } | { kind: "uri"; uri: string };
  isExecutable: boolean;
}
