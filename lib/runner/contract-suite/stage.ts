import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { TestAPI } from "vitest";
import type {
  AttemptSpec,
  CollectedFile,
  Ending,
  InputFile,
  LogBatch,
  Observation,
  RefusedFile,
  RunHandle,
  RunLogLine,
  Runner,
} from "../contract.ts";
import type { KubernetesOptions } from "../kubernetes-options.ts";
import { PLAIN_POD } from "./plain-pod.ts";

/** A place under test, as `describeRunner` gets it. */
export interface Place {
  runner: Runner;
  /** A second runner object on the same place, as after a crash of the worker. */
  another(): Promise<Runner>;
  image: string | null;
  /** What differs from the defaults, for example the helper image of a cluster without internet. */
  kubernetes?: Partial<KubernetesOptions>;
  cleanUp(): Promise<void>;
}

/** vitest's `test`, whose cases get a stage of their own. */
export type StageTest = TestAPI<{ actor: Stage }>;

/** What one run showed from its start to its end. */
export interface Result {
  handle: RunHandle;
  spec: AttemptSpec;
  observations: Observation[];
  ending: Ending;
  lines: RunLogLine[];
  /** The lines as Latin-1, so that no byte is lost. */
  bytes: string[];
  text: string[];
  batches: LogBatch[];
}

const CASE_SECONDS = 100;

/** The tools of one case: its own attempt, its own time limit, and its run removed at the end. */
export class Stage {
  readonly place: Place;
  readonly runner: Runner;
  readonly signal: AbortSignal;
  readonly #started = new Set<string>();

  constructor(place: Place) {
    this.place = place;
    this.runner = place.runner;
    this.signal = AbortSignal.timeout(CASE_SECONDS * 1000);
  }

  /** The specification of a run of this shell script; `changes` overrides parts of it. */
  spec(script: string, changes: Partial<AttemptSpec> = {}): AttemptSpec {
    const attemptId = changes.attemptId ?? newAttemptId();
    const workspace = this.runner.workspace(attemptId);
    return {
      attemptId,
      identity: {
        namespace: "contract.suite",
        flowId: "cases",
        taskId: "case",
        executionId: newAttemptId(),
        taskRunId: newAttemptId(),
        attemptNumber: 0,
      },
      image: this.place.image,
      command: ["/bin/sh", "-c", script],
      inputFiles: [],
      keepsFiles: false,
      hasOutputDir: false,
      timeoutSeconds: null,
      ...changes,
      env: {
        WORKING_DIR: workspace.workingDir,
        ...(changes.hasOutputDir ? { OUTPUT_DIR: workspace.outputDir } : {}),
        ...changes.env,
      },
      kubernetes: {
        ...PLAIN_POD,
        ...this.place.kubernetes,
        ...changes.kubernetes,
      },
    };
  }

  /** Starts it; it is removed when the case is over. */
  async start(spec: AttemptSpec): Promise<RunHandle> {
    this.#started.add(spec.attemptId);
    return this.runner.start(spec, this.signal);
  }

  /** Removes the run at once, whatever state the case is in. */
  async destroy(target: RunHandle | { attemptId: string }): Promise<void> {
    await this.runner.destroy(target, { graceSeconds: 0 }, AbortSignal.timeout(90_000));
  }

  /** Removes what the case has started. */
  async cleanUp(): Promise<void> {
    for (const attemptId of this.#started) await this.destroy({ attemptId });
  }

  /** Starts the script, brings its files, and watches it to its end. */
  async run(script: string, changes: Partial<AttemptSpec> = {}): Promise<Result> {
    const spec = this.spec(script, changes);
    const handle = await this.start(spec);
    const [watched, batches] = await Promise.all([
      this.watch(handle),
      this.follow(handle, null),
      this.runner.deliver(handle, spec, this.signal),
    ]);
    return { handle, spec, ...watched, ...inLines(batches) };
  }

  /** Observes to the end, and holds the run to "exactly one `ended`, and nothing after it". */
  async watch(
    handle: RunHandle,
    runner: Runner = this.runner,
  ): Promise<{ observations: Observation[]; ending: Ending }> {
    const observations: Observation[] = [];
    for await (const observation of runner.observe(handle, this.signal))
      observations.push(observation);
    const endings = observations.filter((observation) => observation.phase === "ended");
    const last = observations.at(-1);
    if (endings.length !== 1 || last?.phase !== "ended") {
      const phases = observations.map((observation) => observation.phase).join(", ");
      throw new Error(
        `observe must end with its only "ended", but yielded: ${phases || "nothing"}`,
      );
    }
    return { observations, ending: last.ending };
  }

  /** The rest of the log after the cursor. */
  async follow(
    handle: RunHandle,
    after: string | null,
    runner: Runner = this.runner,
  ): Promise<LogBatch[]> {
    const batches: LogBatch[] = [];
    for await (const batch of runner.followLog(handle, after, this.signal)) batches.push(batch);
    return batches;
  }

  /** Waits until the log shows this line; the run goes on. */
  async waitForLine(handle: RunHandle, text: string): Promise<void> {
    for await (const batch of this.runner.followLog(handle, null, this.signal))
      if (batch.lines.some((line) => asText(line) === text)) return;
    throw new Error(`The log ended without the line "${text}".`);
  }

  /** Brings out the files that `choose` picks, with their bytes. */
  async collect(
    handle: RunHandle,
    choose: (path: string) => boolean,
    runner: Runner = this.runner,
  ): Promise<{
    listed: string[];
    refused: RefusedFile[];
    files: CollectedFile[];
    contents: Map<string, Buffer>;
  }> {
    const contents = new Map<string, Buffer>();
    let listed: string[] = [];
    let refused: RefusedFile[] = [];
    const files = await runner.collect(
      handle,
      {
        choose: (entries, others) => {
          refused = others.toSorted((a, b) => (a.path < b.path ? -1 : 1));
          listed = entries.map((entry) => entry.path).toSorted();
          return listed.filter(choose);
        },
        receive: async (file) => {
          contents.set(file.path, Buffer.concat(await Array.fromAsync(file.body)));
        },
      },
      this.signal,
    );
    return { listed, refused, files, contents };
  }
}

/** The lines of these batches, also as text. */
export function inLines(batches: LogBatch[]): Pick<Result, "batches" | "lines" | "bytes" | "text"> {
  const lines = batches.flatMap((batch) => batch.lines);
  return {
    batches,
    lines,
    bytes: lines.map((line) => Buffer.from(line.bytes).toString("latin1")),
    text: lines.map(asText),
  };
}

/** A line's bytes as UTF-8. */
function asText(line: RunLogLine): string {
  return Buffer.from(line.bytes).toString("utf8");
}

/** An input file with these bytes. */
export function inputFile(path: string, content: string | Buffer, isExecutable = false): InputFile {
  const bytes = Buffer.from(content);
  return {
    path,
    size: bytes.length,
    sha256: sha256(bytes),
    isExecutable,
    open: () => Readable.from(bytes.length > 0 ? [bytes] : []),
  };
}

/** Hexadecimal SHA-256. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** An id in the form that attempts have. */
export function newAttemptId(): string {
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return Array.from(randomBytes(22), (byte) => digits.charAt(byte % digits.length)).join("");
}
