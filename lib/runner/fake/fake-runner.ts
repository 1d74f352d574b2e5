import { createHash } from "node:crypto";
import {
  type AttemptSpec,
  type CollectedFile,
  type InputFile,
  type Inspection,
  type LogBatch,
  type Observation,
  type FileReceiver,
  type OwnedRun,
  type RunHandle,
  type Runner,
  type RunPreview,
  RunnerError,
  type Workspace,
} from "../contract.ts";
import { checkInputPaths } from "../input-path.ts";
import { followLinks } from "../symbolic-links.ts";
import { previewOfProcess } from "../process/preview.ts";
import { endingOfRemoved, endingOfStop } from "../process/endings.ts";
import { type Directive, directivesIn, endingOfWaiting } from "./directive.ts";
import { executeRun } from "./execute-run.ts";
import { FakeRun } from "./fake-run.ts";

/** What runs, for every runner object on it: as a cluster, it outlives them. */
export class FakePlace {
  readonly runs = new Map<string, FakeRun>();
  /** How often `start` has failed for an attempt whose script asks for it. */
  readonly refusals = new Map<string, number>();
}

const LAST_LINES = 200;
const BATCH_LINES = 1000;
const BATCH_BYTES = 512 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** A runner in memory, for tests: it understands small shell scripts and directives (directive.ts). */
export function createFakeRunner(place: FakePlace = new FakePlace()): Runner {
  return new FakeRunner(place);
}

class FakeRunner implements Runner {
  readonly kind = "fake";
  readonly #place: FakePlace;

  constructor(place: FakePlace) {
    this.#place = place;
  }

  workspace(attemptId: string): Workspace {
    const workingDir = `/fake/${attemptId}`;
    return { workingDir, outputDir: `${workingDir}/${attemptId}` };
  }

  async preview(_spec: AttemptSpec, signal: AbortSignal): Promise<RunPreview> {
    signal.throwIfAborted();
    return previewOfProcess("a place in memory");
  }

  async start(spec: AttemptSpec, signal: AbortSignal): Promise<RunHandle> {
    signal.throwIfAborted();
    const present = this.#place.runs.get(spec.attemptId);
    if (present) return present.handle;
    checkInputPaths(spec.inputFiles);
    this.#refuse(spec);
    const { workingDir, outputDir } = this.workspace(spec.attemptId);
    const handle = { attemptId: spec.attemptId, namespace: "", name: workingDir, uid: "fake" };
    const run = new FakeRun(handle, spec);
    run.files.makeFolder(spec.hasOutputDir ? outputDir : workingDir);
    this.#place.runs.set(spec.attemptId, run);
    void executeRun(run);
    return handle;
  }

  async deliver(
    handle: RunHandle,
    spec: AttemptSpec,
    signal: AbortSignal,
    onProgress: (doneBytes: number) => void = () => undefined,
  ): Promise<void> {
    signal.throwIfAborted();
    const run = this.#place.runs.get(handle.attemptId);
    // Who observes it is told that it is gone.
    if (!run || run.hasFiles) return;
    let done = 0;
    for (const file of spec.inputFiles) {
      if (wants(spec, "deliver-hangs")) {
        onProgress(file.size / 2);
        await aborted(signal);
      }
      const bytes = await Promise.race([bytesOf(file), aborted(signal)]);
      signal.throwIfAborted();
      if (bytes.length !== file.size || sha256(bytes) !== file.sha256) throw corrupt(file.path);
      const path = `${handle.name}/${file.path}`;
      run.files.makeFolder(path.slice(0, path.lastIndexOf("/")));
      if (!run.hasFiles) run.files.write(path, bytes, { isExecutable: file.isExecutable });
      done += file.size;
      onProgress(done);
    }
    run.hasFiles = true;
    run.change();
  }

  async *observe(handle: RunHandle, signal: AbortSignal): AsyncGenerator<Observation> {
    signal.throwIfAborted();
    const run = this.#place.runs.get(handle.attemptId);
    if (run && wants(run.spec, "given-up")) {
      yield { phase: "given-up", ending: endingOfWaiting("image"), marks: {} };
      this.#place.runs.delete(handle.attemptId);
      await aborted(signal);
    }
    let last = "";
    for (;;) {
      const version = run?.version ?? 0;
      const observation: Observation = run
        ? run.observation()
        : { phase: "ended", ending: endingOfRemoved(true), marks: {} };
      const state = JSON.stringify({ ...observation, marks: null });
      if (state !== last) yield observation;
      if (!run || observation.phase === "ended") return;
      last = state;
      await run.nextChange(version, signal);
    }
  }

  async *followLog(
    handle: RunHandle,
    after: string | null,
    signal: AbortSignal,
  ): AsyncGenerator<LogBatch> {
    signal.throwIfAborted();
    const run = this.#place.runs.get(handle.attemptId);
    if (!run) {
      yield {
        lines: [],
        cursor: after ?? "0",
        gap: {
          after: null,
          before: null,
          why: "The run was removed before its log was read.",
        },
      };
      return;
    }
    let next = Number(after ?? 0);
    for (;;) {
      const { version, ending } = run;
      while (next < run.lines.length) {
        const lines = nextLines(run, next);
        next += lines.length;
        yield { lines, cursor: String(next) };
        signal.throwIfAborted();
      }
      if (ending) return;
      await run.nextChange(version, signal);
    }
  }

  async collect(
    handle: RunHandle,
    receiver: FileReceiver,
    signal: AbortSignal,
  ): Promise<CollectedFile[]> {
    signal.throwIfAborted();
    const run = this.#place.runs.get(handle.attemptId);
    if (!run || wants(run.spec, "collect-fails")) throw outputsFailed();
    const collected: CollectedFile[] = [];
    const files = run.files.list(handle.name);
    const followed = followLinks(run.files.links(handle.name), files, handle.name);
    const all = [...files.map((file) => ({ ...file, leadsTo: file.path })), ...followed.files];
    for (const path of receiver.choose(all, followed.refused)) {
      if (wants(run.spec, "collect-hangs")) await aborted(signal);
      signal.throwIfAborted();
      const file = all.find((one) => one.path === path);
      const bytes = run.files.read(`${handle.name}/${file?.leadsTo ?? path}`);
      if (!file || !bytes) throw outputsFailed();
      const entry = { path, size: bytes.length, isExecutable: file.isExecutable };
      const digest = sha256(bytes);
      await receiver.receive({ ...entry, body: inChunks(bytes), sha256: () => digest });
      collected.push({ ...entry, sha256: digest });
    }
    return collected;
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  async destroy(
    target: RunHandle | { attemptId: string },
    options: { graceSeconds: number | null },
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const graceSeconds = options.graceSeconds ?? 0;
    const run = this.#place.runs.get(target.attemptId);
    this.#place.runs.delete(target.attemptId);
    run?.end(endingOfStop({ kind: "stopped", graceSeconds }, 143));
  }

  async inspect(handle: RunHandle, signal: AbortSignal): Promise<Inspection | null> {
    signal.throwIfAborted();
    const run = this.#place.runs.get(handle.attemptId);
    if (!run) return null;
    if (wants(run.spec, "inspect-fails")) throw missing();
    const { command, env, image } = run.spec;
    const log = run.lines
      .slice(-LAST_LINES)
      .map(({ bytes }) => Buffer.from(bytes).toString("utf8"));
    return { run: { image, command, env }, ending: run.ending, log };
  }

  async list(signal: AbortSignal): Promise<OwnedRun[]> {
    signal.throwIfAborted();
    return [...this.#place.runs.values()].map((run) => ({
      handle: run.handle,
      executionId: run.spec.identity.executionId,
      taskRunId: run.spec.identity.taskRunId,
      createdAt: run.createdAt,
      isEnded: run.ending !== null,
    }));
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  /** @throws RunnerError when the script asks for it */
  #refuse(spec: AttemptSpec): void {
    if (wants(spec, "forbidden"))
      throw new RunnerError("forbidden", 'The fake runner was told to refuse ("forbidden").', {
        remedy: "Take the directive out of the script.",
        fault: "user",
        isTransient: false,
        place: ["command"],
      });
    const unreachable = wants(spec, "unreachable");
    const refusals = this.#place.refusals.get(spec.attemptId) ?? 0;
    if (!unreachable || refusals >= (unreachable.number ?? 1)) return;
    this.#place.refusals.set(spec.attemptId, refusals + 1);
    throw new RunnerError("unreachable", 'The fake runner was told to be "unreachable".', {
      remedy: "Take the directive out of the script.",
      fault: "platform",
      isTransient: true,
    });
  }
}

function wants(spec: AttemptSpec, what: string): Directive | null {
  const script = spec.command.join("\n");
  const found = directivesIn(script, spec.identity.attemptNumber);
  return found.find((directive) => directive.what === what) ?? null;
}

function nextLines(run: FakeRun, from: number): LogBatch["lines"] {
  let size = 0;
  let end = from;
  while (end < run.lines.length && end - from < BATCH_LINES && size < BATCH_BYTES) {
    size += run.lines[end]?.bytes.length ?? 0;
    end += 1;
  }
  return run.lines.slice(from, end);
}

async function bytesOf(file: InputFile): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(file.open()));
}

/** Never resolves. @throws the signal's reason, once it is aborted */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    // The reason is whatever the caller aborts with.
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

async function* inChunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    await Promise.resolve();
    yield bytes.subarray(at, at + CHUNK_BYTES);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function missing(): RunnerError {
  return new RunnerError("deleted", "The fake run is not there (any more).", {
    remedy: "Execute again.",
    fault: "platform",
    isTransient: false,
  });
}

function corrupt(path: string): RunnerError {
  return new RunnerError("input-files", `The input file "${path}" does not match its checksum.`, {
    remedy: "Upload it again.",
    fault: "platform",
    isTransient: false,
  });
}

function outputsFailed(): RunnerError {
  return new RunnerError("output-files", "The fake run's files cannot be had.", {
    remedy: "Take the directive out of the script, or choose files that are there.",
    fault: "platform",
    isTransient: false,
  });
}
