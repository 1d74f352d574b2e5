import { Readable } from "node:stream";
import type { CollectedArtifact } from "#lib/executions/attempt-end.ts";
import { outputUri } from "#lib/executions/file-uri.ts";
import { StorageError } from "#lib/store/artifact-store.ts";
import { artifacts } from "#lib/store/artifacts.ts";
import {
  type FileEntry,
  type OutputFile,
  type RefusedFile,
  type RunHandle,
  type Runner,
  RunnerError,
} from "#lib/runner/contract.ts";
import { pause } from "../persist.ts";
import { AtOnce } from "./at-once.ts";
import type { Drive } from "./drive.ts";
import { isNamed, outputName, outputRemarks, type OutputRule } from "./output-rule.ts";
import { TransferReport } from "./transfer-report.ts";

/** For files that did not arrive whole; a place that is away is waited for by the runner. */
const TRIES = 3;
const RETRY_MS = 1000;
const SMALL_BYTES = 128 * 1024;
const SMALL_AT_ONCE = 16;
/** Fewer bytes are there before anybody could look. */
const SHOWN_FROM_BYTES = 1024 ** 2;

/**
 * Stores the run's output files. Rows are made with the attempt's end; bytes of a collection that
 * broke off belong to nobody and are swept.
 * @throws RunnerError, StorageError
 */
export async function collectOutputs(
  drive: Drive,
  from: { runner: Runner; handle: RunHandle; rule: OutputRule },
  signal: AbortSignal,
): Promise<CollectedArtifact[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await collectOnce(drive, from, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RunnerError) || !error.isTransient || tries >= TRIES) throw error;
      await pause(RETRY_MS * tries, signal);
    }
  }
}

async function collectOnce(
  drive: Drive,
  { runner, handle, rule }: { runner: Runner; handle: RunHandle; rule: OutputRule },
  signal: AbortSignal,
): Promise<CollectedArtifact[]> {
  const stored = new Map<string, CollectedArtifact & { isMatch: boolean }>();
  let progress: TransferReport | null = null;
  let remarks: string[] = [];
  let done = 0;
  const choose = (files: FileEntry[], refused: RefusedFile[]): string[] => {
    remarks = outputRemarks(files, refused, rule);
    const wanted = files.filter(({ path }) => outputName(path, rule) !== null);
    progress = downloadReport(drive, wanted);
    return wanted.map(({ path }) => path);
  };
  const store = async (file: OutputFile): Promise<void> => {
    const kept = await keep(drive, file, (bytes) => progress?.reached((done += bytes)));
    const { path, isExecutable } = file;
    const name = outputName(path, rule) ?? path;
    const isMatch = isNamed(path, rule);
    stored.set(path, { ...kept, uri: uriOf(drive, path), name, isExecutable, isMatch });
  };
  // Each waits for the disk more than for the network: small ones do so together.
  const small = new AtOnce(SMALL_AT_ONCE);
  const receive = async (file: OutputFile): Promise<void> => {
    if (file.size > SMALL_BYTES) return store(file);
    const body = await Array.fromAsync(file.body);
    await small.add(() => store({ ...file, body: Readable.from(body) }));
  };
  const received = await runner.collect(
    handle,
    { choose, receive, onWait: (waiting) => drive.reporter.wait(waiting) },
    signal,
  );
  await small.settled();
  for (const { path, sha256 } of received) {
    if (stored.get(path)?.sha256 === sha256) continue;
    throw new RunnerError("output-files", `The file ${path} did not arrive whole.`, {
      remedy: "Execute it again.",
      fault: "platform",
      isTransient: true,
    });
  }
  await remark(drive, remarks);
  return unique([...stored.values()]);
}

/** Stores the bytes of one file. @throws StorageError, RunnerError for a file over the limit */
async function keep(
  drive: Drive,
  { path, size, body, sha256 }: OutputFile,
  onBytes: (bytes: number) => void,
): Promise<Pick<CollectedArtifact, "storageKey" | "size" | "sha256">> {
  const limit = drive.settings.maxUploadBytes;
  if (size > limit) throw tooLarge(path, size, limit);
  try {
    const kept = await artifacts().put(counted(body, onBytes), limit, sha256);
    return { storageKey: kept.key, size: kept.size, sha256: kept.sha256 };
  } catch (error) {
    if (error instanceof StorageError && error.reason === "too-large") {
      throw tooLarge(path, size, limit);
    }
    throw error;
  }
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  for await (const bytes of body) {
    onBytes(bytes.length);
    yield bytes;
  }
}

function tooLarge(path: string, size: number, limit: number): Error {
  return new RunnerError(
    "output-files",
    `The output file ${path} has ${size} bytes, and ${limit} are allowed.`,
    {
      remedy: "Split the file, or raise PODFLOW_MAX_UPLOAD_BYTES, the limit for one file.",
      fault: "user",
      isTransient: false,
    },
  );
}

function downloadReport(drive: Drive, files: FileEntry[]): TransferReport | null {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total < SHOWN_FROM_BYTES) return null;
  const { ended } = drive.marks.known;
  const report = new TransferReport(files, (download) =>
    drive.reporter.report({
      progress: { download: drive.masks.deep(download) },
      ...(ended === undefined ? {} : { marks: { ended } }),
    }),
  );
  report.reached(0);
  return report;
}

/** Says in the task's log, once, what there is to know about its output files. */
async function remark(drive: Drive, remarks: string[]): Promise<void> {
  const { log, progress } = drive;
  if (remarks.length === 0 || progress.isRemarked) return;
  for (const text of remarks) log.say(text, "WARN", drive.now());
  progress.isRemarked = true;
  await log.advance({ isRemarked: true });
  await log.flush();
}

/** A file that a pattern names comes before one of the output directory with the same name. */
function unique(files: (CollectedArtifact & { isMatch: boolean })[]): CollectedArtifact[] {
  const byName = new Map<string, CollectedArtifact>();
  for (const { isMatch, ...file } of files) {
    if (isMatch || !byName.has(file.name)) byName.set(file.name, file);
  }
  return [...byName.values()];
}

function uriOf({ attempt, flow, task }: Drive, path: string): string {
  const { executionId, attemptId } = attempt.lease;
  return outputUri(
    { namespace: flow.namespace, flowId: flow.id },
    { executionId, taskId: task.id, taskRunId: attempt.taskRunId, attemptId, path },
  );
}
