import type { Readable } from "node:stream";
import type { KubernetesOptions } from "./kubernetes-options.ts";

/**
 * What the product may ask of a place where tasks run. Three implementations (kubernetes, process,
 * fake) pass one suite (contract-suite.ts). The runner knows pods and processes, not executions: it
 * imports nothing of ours.
 *
 * Every call takes the caller's signal and rejects with its reason when that is aborted. Cleaning up
 * needs a signal of its own, because the attempt's is aborted by then.
 */
export interface Runner {
  /** Which of the three this is. */
  readonly kind: "kubernetes" | "process" | "fake";

  /** The folders of an attempt as its own code sees them; pure, so that it can be rendered before the start. */
  workspace(attemptId: string): Workspace;

  /**
   * What `start` would ask for and what keeps it from running, as far as can be told without making
   * anything. Throws nothing but the signal's reason: what fails is a finding.
   */
  preview(spec: AttemptSpec, signal: AbortSignal): Promise<RunPreview>;

  /**
   * Asks for the pod or process. Idempotent by attempt id: a second call, from whichever process,
   * returns the run that is already there, running or ended.
   * @throws RunnerError when it is refused or the place cannot be reached.
   */
  start(spec: AttemptSpec, signal: AbortSignal): Promise<RunHandle>;

  /**
   * Brings the input files that did not travel with `start`, in order, with checksums; the user's
   * code begins when all are there. Returns at once when there are none. Safe to repeat after a
   * crash: what is complete is not sent again. Runs beside `observe`.
   * @throws RunnerError of kind `input-files` when a file cannot be put in place.
   */
  deliver(
    handle: RunHandle,
    spec: AttemptSpec,
    signal: AbortSignal,
    onProgress?: (doneBytes: number) => void,
  ): Promise<void>;

  /**
   * Yields what the place shows, derived from the latest snapshot alone, at every change, and ends
   * after exactly one `ended`. A cut connection is mended inside. Throws RunnerError only when the
   * place cannot be read for good (for example access withdrawn).
   */
  observe(handle: RunHandle, signal: AbortSignal): AsyncIterable<Observation>;

  /**
   * Yields the log from `after` on (null: from the beginning): every line once, in order; whole below
   * 16 MiB, else in parts that follow each other. Ends when the user's container has ended and its log
   * is drained. Persist `cursor` with the lines of its batch. A batch has at most some 1 MiB, and one
   * long line.
   */
  followLog(handle: RunHandle, after: string | null, signal: AbortSignal): AsyncIterable<LogBatch>;

  /**
   * Brings files out of the ended (or still running) attempt: every regular file below the working
   * directory is there to be chosen. A symbolic link to a regular file of the working directory
   * counts as one with that file's bytes; links to folders are not entered. What cannot be had, such
   * as a link that leads out of the working directory, comes as `refused` and is never read.
   * A place that cannot be spoken to is waited for, because it keeps the files meanwhile.
   * @returns the files received, with size and SHA-256, verified against what the place says
   * @throws RunnerError of kind `output-files`, or what `receive` throws
   */
  collect(handle: RunHandle, receiver: FileReceiver, signal: AbortSignal): Promise<CollectedFile[]>;

  /**
   * The files of an ended run are had, and the run is to stay: what of ours keeps them ends, so that
   * the place sees the run complete. Best effort.
   */
  release(handle: RunHandle, signal: AbortSignal): Promise<void>;

  /**
   * Ends what runs (SIGTERM, then SIGKILL after `graceSeconds`) and removes the pod or process. null:
   * the run has ended, and what a flow put beside it gets the time that the flow says.
   * Resolves once the place has accepted it, or there is nothing (any more). Safe twice, safe after
   * a failed start (`handle` or `attemptId`), safe after an abort.
   */
  destroy(
    target: RunHandle | { attemptId: string; namespace?: string },
    options: { graceSeconds: number | null },
    signal: AbortSignal,
  ): Promise<void>;

  /**
   * All that the place can still tell of the run, for a person who looks why it ended badly: what was
   * asked for, its state, its events, where it ran, its last words. Best effort, and within half a
   * minute: a part that cannot be read, or comes late, says why. The caller hides secrets. null: nothing
   * is known (any more).
   */
  inspect(handle: RunHandle, signal: AbortSignal): Promise<Inspection | null>;

  /**
   * Everything this installation owns in the place: for adopting and sweeping.
   * @param namespaces where it was used before, for a user who may not look into all
   */
  list(signal: AbortSignal, namespaces?: readonly string[]): Promise<OwnedRun[]>;

  /** Lets connections go. Runs go on. */
  close(): Promise<void>;
}

export interface Workspace {
  workingDir: string;
  /** Files below it are outputs when the task says `outputDirectory`. */
  outputDir: string;
}

/** What would run. */
export interface RunPreview {
  /** Exactly what is sent to the place; null where nothing is, as for a process. */
  manifest: Record<string, unknown> | null;
  /** The worst first. */
  findings: PreviewFinding[];
}

export interface PreviewFinding {
  /** `not-checked`: it could not be found out, and `message` says why. */
  severity: "error" | "warning" | "info" | "not-checked";
  check: PreviewCheck;
  message: string;
  remedy: string;
  /** The place's own words. */
  evidence: string;
  /** Of the pod, e.g. `spec.nodeSelector` or `spec.containers[0].image`; empty: the whole. */
  field: string;
  /** What of the attempt's spec that comes from; null: nothing that the task says. */
  place: SpecPath | null;
}

export type PreviewCheck =
  | "place"
  | "manifest"
  | "admission"
  | "permissions"
  | "namespace"
  | "service-account"
  | "references"
  | "quota"
  | "nodes"
  | "image";

/** Serialisable: stored with the attempt, so that another process can go on with it. */
export interface RunHandle {
  attemptId: string;
  /** Pod namespace; empty for a process. */
  namespace: string;
  /** Pod name, or process folder. */
  name: string;
  /** Pod uid: another pod of the same name is not ours. Empty for a process. */
  uid: string;
}

/** Plain JSON by the name of its part, in the order to be read. */
export type Inspection = Record<string, unknown>;

export interface OwnedRun {
  handle: RunHandle;
  executionId: string;
  taskRunId: string;
  createdAt: Date;
  isEnded: boolean;
}

/** Everything about one attempt that the place needs. All is rendered; nothing is an expression. */
export interface AttemptSpec {
  attemptId: string;
  identity: RunIdentity;
  /** null: the place's own default (a process has none). */
  image: string | null;
  /** Program and arguments, e.g. `["/bin/sh", "-c", "echo hi"]`. */
  command: string[];
  /** Includes WORKING_DIR and OUTPUT_DIR. */
  env: Record<string, string>;
  inputFiles: InputFile[];
  /** Whether `collect` will be called: the place must keep the files after the end. */
  keepsFiles: boolean;
  /** Whether the folder `workspace().outputDir` is made. */
  hasOutputDir: boolean;
  /** Seconds from the start of the user's code to its end, enforced by the place as well; null: no limit. */
  timeoutSeconds: number | null;
  kubernetes: KubernetesOptions;
}

/** For names and labels, so that a person finds the pod. */
export interface RunIdentity {
  namespace: string;
  flowId: string;
  taskId: string;
  executionId: string;
  taskRunId: string;
  /** From 0. */
  attemptNumber: number;
}

export interface InputFile {
  /** Relative to the working directory, `/` between folders; never leaves it. */
  path: string;
  /** Bytes. */
  size: number;
  sha256: string;
  isExecutable: boolean;
  /** Opens the bytes; may be called again for another try. */
  open(): Readable;
}

/** Keys from an AttemptSpec down to one of its values: `["kubernetes", "podSpec", "volumes", 0]`. */
export type SpecPath = readonly (string | number)[];

export type Observation =
  | { phase: "pending"; waiting: RunWaiting | null; marks: RunMarks }
  /** `waiting`: what is wrong with something that the run needs at its end. */
  | { phase: "running"; marks: RunMarks; waiting?: RunWaiting }
  /**
   * It could still go on, and is given up. It is removed when the next observation is asked for; who
   * asks remembers `ending` before, because nobody else can tell it afterwards.
   */
  | { phase: "given-up"; ending: Ending; marks: RunMarks }
  /** `mayStillRun`: nobody can tell that it has stopped, as on a node that is silent. */
  | { phase: "ended"; ending: Ending; marks: RunMarks; mayStillRun?: true };

/** Moments the place knows of; absent when it did not happen or is not known. */
export interface RunMarks {
  created?: Date;
  scheduled?: Date;
  /** Where the image was there already, the same moment as `pulled`. */
  pulling?: Date;
  pulled?: Date;
  started?: Date;
  running?: Date;
  ended?: Date;
  node?: string;
}

/** Why it waits. `message` and `remedy` are ours, `evidence` is the place's own words. */
export interface RunWaiting {
  kind: EndingKind | "scheduling" | "pulling" | "starting";
  message: string;
  remedy: string;
  evidence: string;
}

export type EndingKind =
  | "exit"
  | "signal"
  | "oom"
  | "timeout"
  | "image"
  | "config"
  | "unschedulable"
  | "quota"
  | "forbidden"
  | "unauthorized"
  | "certificate"
  | "namespace"
  | "admission"
  | "volume"
  | "input-files"
  | "output-files"
  | "evicted"
  | "preempted"
  | "node-lost"
  | "deleted"
  | "unreachable"
  | "lost";

/**
 * How it ended. `kind: "exit"` with code 0 is the only success; one with a `remedy` is worth a warning.
 * A vanished run is `lost` or `deleted`.
 */
export interface Ending {
  kind: EndingKind;
  /** Of the user's container; null when it never ran or nobody saw it end. */
  exitCode: number | null;
  message: string;
  remedy: string;
  evidence: string;
  fault: "user" | "platform";
  /** false: the user's code certainly never began, so that another try is safe. */
  mainStarted: boolean;
}

/** A refusal or failure of the place, in a person's words. */
export class RunnerError extends Error {
  override readonly name = "RunnerError";
  readonly kind: EndingKind;
  readonly remedy: string;
  readonly evidence: string;
  readonly fault: "user" | "platform";
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly isTransient: boolean;
  /** What of the attempt's spec it is about; null: the whole, or not known. */
  readonly place: SpecPath | null;

  constructor(
    kind: EndingKind,
    message: string,
    options: {
      remedy: string;
      evidence?: string;
      fault: "user" | "platform";
      isTransient: boolean;
      place?: SpecPath | null;
      cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.remedy = options.remedy;
    this.evidence = options.evidence ?? "";
    this.fault = options.fault;
    this.isTransient = options.isTransient;
    this.place = options.place ?? null;
  }
}

export interface RunLogLine {
  /** Without the line end; any bytes. */
  bytes: Uint8Array;
  /** When it was printed, as the place says. */
  time: Date;
  /** null: the place does not tell them apart. */
  stream: "stdout" | "stderr" | null;
  /** Set when these are not the bytes of a whole line. */
  part?: LinePart;
}

/** Where a part of a long line was cut off, for who looks for what may be cut in two there. */
export interface LinePart {
  /** The last 64 KiB before it, without those of an earlier line; none: it is the first part. */
  before: Uint8Array;
  /** The first 64 KiB behind it; none: it is the last part. */
  after: Uint8Array;
}

export interface LogBatch {
  lines: RunLogLine[];
  /** Opaque; resumes after these lines. */
  cursor: string;
  /** Set when lines were lost for good, or may be: before the lines of this batch. */
  gap?: RunLogGap;
}

/** A place of the log where lines are missing, or may be. */
export interface RunLogGap {
  /** When the line before it was printed, as the place wrote it; null: it is the log's beginning, or not known. */
  after: string | null;
  /** Likewise the line behind it; null: it is the log's end, or not known. */
  before: string | null;
  /** A sentence of ours that says what is missing. */
  why: string;
  /** Set when it is the beginning, which may come out only at the end. */
  isBeginning?: boolean;
}

/** A regular file in the working directory. */
export interface FileEntry {
  /** Relative to the working directory. */
  path: string;
  size: number;
  /** Whether anybody may execute it. */
  isExecutable: boolean;
}

/** Something below the working directory that is no file to be had, with the reason. */
export interface RefusedFile {
  /** Relative to the working directory. */
  path: string;
  /** Goes on after the path: `is a link to /etc/passwd and …`. */
  why: string;
  /** A folder that may not be read, so that nobody knows what is in it. */
  isFolder?: true;
}

export interface OutputFile extends FileEntry {
  body: AsyncIterable<Uint8Array>;
  /** Hexadecimal, of the whole body, once that has been read to its end. */
  sha256: () => string;
}

/** Who gets files out of a run. */
export interface FileReceiver {
  /** Returns the paths that are wanted. */
  choose(files: FileEntry[], refused: RefusedFile[]): string[];
  /** Gets each of them, one after the other, with back-pressure. */
  receive(file: OutputFile): Promise<void>;
  /** Told why nothing comes for now, and null once something does again. */
  onWait?(waiting: RunWaiting | null): void;
}

export interface CollectedFile extends FileEntry {
  sha256: string;
}
