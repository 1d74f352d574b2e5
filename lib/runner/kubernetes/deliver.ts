import { createHash, type Hash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { type AttemptSpec, type InputFile, type RunHandle, RunnerError } from "../contract.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import type { ExecSession } from "./exec.ts";
import { fileShapeOf } from "./file-shape.ts";
import { LargeFile, PIECE_BYTES, takePiecesCommand } from "./bring-large.ts";
import { execInHelper, type HelperTools } from "./helper-exec.ts";
import { CONTROL } from "./helper-script.ts";
import { needsUpload } from "./inline-files.ts";
import {
  changedFile,
  damagedFiles,
  endedHelper,
  failedCommand,
  neverTaken,
  NotTakenError,
} from "./input-file-errors.ts";
import { ANNOTATION, disruptionOf, HELPER, INIT_HELPER, type Pod, statusOf } from "./pod.ts";
import { WORKING_DIR } from "./files-volume.ts";
import { CONTROL_DIR } from "./pod-spec.ts";
import { isEndedPod } from "./pod-status.ts";
import { TAR_END, tarHeader, tarPadding } from "./tar.ts";

/** After a cut, what was not verified is sent again. A larger file is a batch of its own. */
const BATCH_BYTES = PIECE_BYTES;
const BATCH_FILES = 1000;
const MAX_PAUSE_MS = 3_000;
/** How often a pod may fail to take what came, without saying why. */
const NOT_TAKEN_TRIES = 5;
/** How long after its helper a pod's own end may be told, whose helper ended with it. */
const END_TOLD_MS = 5_000;
const LOOK_AGAIN_MS = 200;

/**
 * Unpacks the tar on stdin, of so many bytes, into the working directory, and prints its SHA-256. It
 * is put aside first: a `tee` between would cost ten times as much, and of a connection that broke
 * unseen nothing must be unpacked later. When it fails it reads on, as bring-large.ts says.
 */
const UNPACK = [
  "umask 0",
  'cd "$1" || exit 1',
  'for mark in $3; do : > "$2/$mark"; done',
  'tar="$2/up.$$"; closes=$5',
  'fail() { rm -f "$tar"; if [ "$closes" = closes ]; then cat > /dev/null; fi; exit 1; }',
  'if [ "$5" = closes ]; then cat; else head -c "$4"; fi > "$tar" || fail',
  '[ "$(stat -c %s "$tar")" = "$4" ] || fail',
  'sha256sum < "$tar" &',
  'tar xf "$tar"',
  "status=$?",
  'wait $!; rm -f "$tar"; exit $status',
].join("\n");

const UNPACK_COMMAND = ["sh", "-c", UNPACK, "podflow", WORKING_DIR, CONTROL_DIR];
const MARK = 'for mark in $2; do : > "$1/$mark" || exit 1; done; ls "$1"';

interface Delivery {
  tools: HelperTools;
  handle: RunHandle;
  container: string;
  signal: AbortSignal;
  onSent: (bytes: number) => void;
  onTrouble: (failure: RunnerError | null) => void;
  /** Names of the pieces and batches that are in the pod and need not be sent again. */
  there: Set<string>;
  /** Names of pieces that are to be sent again whatever the pod's marks say. */
  damaged: Set<string>;
}

/**
 * Brings the input files that did not travel with the pod, in batches that are verified one by one.
 * Returns quietly when the pod has ended: then `observe` says why.
 * @param options.onTrouble why nothing can be brought for now; null once something can again
 * @returns whether the files were brought now, were all there already, or neither
 * @throws RunnerError of kind `input-files`
 */
export async function deliverFiles(
  tools: HelperTools,
  handle: RunHandle,
  spec: AttemptSpec,
  options: {
    signal: AbortSignal;
    onProgress?: (doneBytes: number) => void;
    onTrouble: (failure: RunnerError | null) => void;
  },
): Promise<"brought" | "was-there" | "not"> {
  if (!needsUpload(spec.inputFiles)) return "not";
  const container = fileShapeOf(spec) === "gate" ? HELPER : INIT_HELPER;
  const progress = new Progress(options.onProgress);
  const onSent = (bytes: number): void => progress.sent(bytes);
  const { signal, onTrouble } = options;
  const known = { there: new Set<string>(), damaged: new Set<string>() };
  const delivery: Delivery = { tools, handle, container, signal, onSent, onTrouble, ...known };
  const batches = batchesOf(spec.inputFiles);
  let failures = 0;
  let notTaken = 0;
  for (;;) {
    try {
      const outcome = await bringMissing(delivery, batches, progress);
      return outcome === "not" ? await withoutHelper(delivery) : outcome;
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof RunnerError && !error.isTransient) throw error;
      const failure = runnerErrorFrom(error, tools.api.access.server, "bring the input files");
      if (!failure.isTransient && error instanceof ApiFailure) throw failure;
      if (error instanceof NotTakenError) {
        notTaken += 1;
        if (notTaken >= NOT_TAKEN_TRIES) throw neverTaken(error);
      } else if (failures > 0) onTrouble(failure);
      failures += 1;
      await pause(Math.min(100 * 2 ** failures, MAX_PAUSE_MS), undefined, options);
    }
  }
}

/**
 * The helper is not there to bring files: with the whole pod, or because all were there, or alone,
 * and then main would wait for it until its time is over.
 * @throws RunnerError of kind `input-files` in the last case
 */
async function withoutHelper(delivery: Delivery): Promise<"was-there" | "not"> {
  const { tools, handle, container, signal } = delivery;
  const giveUpAt = performance.now() + END_TOLD_MS;
  for (;;) {
    const pod = tools.watch.get(handle.name);
    const isHere = pod?.metadata.uid === handle.uid;
    const end = isHere ? statusOf(pod, container)?.state?.terminated : undefined;
    // An init container that fails ends the pod.
    if (!isHere || !end || container === INIT_HELPER || isEnding(pod)) return "not";
    const keeps = pod.metadata.annotations?.[ANNOTATION.keeps] === "true";
    if (end.exitCode === 0 && !keeps) return "was-there";
    if (performance.now() > giveUpAt) throw endedHelper(pod);
    await pause(LOOK_AGAIN_MS, undefined, { signal });
  }
}

/** Whether more than the helper ends, or `observe` tells its end. */
function isEnding(pod: Pod): boolean {
  return (
    pod.metadata.deletionTimestamp !== undefined ||
    isEndedPod(pod) ||
    disruptionOf(pod) !== undefined
  );
}

/** Stops where the pod has ended. */
async function bringMissing(
  delivery: Delivery,
  batches: InputFile[][],
  progress: Progress,
): Promise<"brought" | "was-there" | "not"> {
  const there = await mark(delivery, []);
  if (there === null) return "not";
  delivery.onTrouble(null);
  if (there.marks.has(CONTROL.uploaded)) return "was-there";
  for (const name of there.marks.difference(delivery.damaged)) delivery.there.add(name);
  let before = 0;
  for (const [index, batch] of batches.entries()) {
    progress.begin(before);
    const name = `batch-${index}`;
    if (!delivery.there.has(name)) {
      const isLarge = sizeOf(batch) > BATCH_BYTES;
      const bring = isLarge ? bringLarge : bringBatch;
      if (!(await bring(delivery, batch, { name, ...there }))) return "not";
      delivery.there.add(name);
    }
    before += sizeOf(batch);
  }
  progress.begin(before);
  const last = await mark(delivery, [CONTROL.uploaded]);
  return last === null ? "not" : "brought";
}

/** What is in the pod. */
interface There {
  marks: Set<string>;
  closesStdin: boolean;
}

/** Writes these marks, and returns all that are there; null when the pod has ended. */
async function mark(delivery: Delivery, names: string[]): Promise<There | null> {
  const command = ["sh", "-c", MARK, "podflow", CONTROL_DIR, names.join(" ")];
  const session = await execInHelper(delivery.tools, delivery.handle, { ...delivery, command });
  if (!session) return null;
  const text = await textOf(session);
  const result = await session.done;
  if (result.exitCode !== 0) throw failedCommand(result);
  return { marks: new Set(text.split("\n").filter(Boolean)), closesStdin: session.closesStdin };
}

/** False when the pod has ended. */
async function bringBatch(
  delivery: Delivery,
  batch: InputFile[],
  { marks, closesStdin }: There & { name: string },
): Promise<boolean> {
  const unmarked = [...delivery.there].filter((name) => !marks.has(name));
  // Before version 5 of the protocol the end of stdin cannot be told, but its length can.
  const input = [String(tarLength(batch)), closesStdin ? "closes" : "stays"];
  const command = [...UNPACK_COMMAND, unmarked.join(" "), ...input];
  const session = await execInHelper(delivery.tools, delivery.handle, { ...delivery, command });
  if (!session) return false;
  for (const name of unmarked) marks.add(name);
  const hash = createHash("sha256");
  const told = await exchange(session, tarOf(batch, hash, delivery.onSent), textOf(session));
  const expected = hash.digest("hex");
  if (told.trim().split(" ")[0] !== expected) throw damagedFiles(told.trim(), expected);
  return true;
}

/** Brings a batch of one file, in pieces. False when the pod has ended. */
async function bringLarge(
  delivery: Delivery,
  [file]: InputFile[],
  { name, marks }: There & { name: string },
): Promise<boolean> {
  if (!file) return true;
  const { tools, handle, there, damaged } = delivery;
  const command = takePiecesCommand(file);
  const session = await execInHelper(tools, handle, { ...delivery, command });
  if (!session) return false;
  const pieces = { there, damaged, marked: marks };
  const large = new LargeFile(file, { name, pieces }, delivery.onSent);
  await exchange(session, large.pieces(), large.compare(session));
  return true;
}

/**
 * Sends the source while `answer` is read.
 * @throws RunnerError when the source is not what it was, or the command failed
 */
async function exchange<T>(
  session: ExecSession,
  source: AsyncIterable<Uint8Array>,
  answer: Promise<T>,
): Promise<T> {
  answer.catch(() => session.stdout.destroy());
  // A command that fails stops reading: then its own complaint counts, and not the broken pipe.
  const failed = await session.send(source).then(
    () => null,
    (error: unknown) => error,
  );
  if (failed instanceof RunnerError) {
    session.stdout.destroy();
    throw failed;
  }
  const [done, told] = await Promise.allSettled([session.done, answer]);
  if (done.status === "fulfilled" && done.value.exitCode !== 0) {
    throw failedCommand(done.value);
  }
  if (told.status === "rejected") throw told.reason;
  if (done.status === "rejected") throw done.reason;
  if (failed) throw failed;
  return told.value;
}

async function* tarOf(
  files: InputFile[],
  whole: Hash,
  onSent: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  const hashed = (bytes: Uint8Array): Uint8Array => {
    whole.update(bytes);
    return bytes;
  };
  for (const file of files) {
    yield hashed(tarHeader(file));
    const own = createHash("sha256");
    let size = 0;
    for await (const chunk of file.open()) {
      // The contract's streams are of bytes.
      const bytes = chunk as Uint8Array;
      size += bytes.length;
      if (size > file.size) throw changedFile(file);
      own.update(bytes);
      yield hashed(bytes);
      onSent(bytes.length);
    }
    if (size !== file.size || own.digest("hex") !== file.sha256) throw changedFile(file);
    yield hashed(tarPadding(size));
  }
  yield hashed(TAR_END);
}

function tarLength(files: InputFile[]): number {
  const of = (file: InputFile): number =>
    tarHeader(file).length + file.size + tarPadding(file.size).length;
  return files.reduce((total, file) => total + of(file), TAR_END.length);
}

async function textOf(session: ExecSession): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of session.stdout) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function batchesOf(files: InputFile[]): InputFile[][] {
  const batches: InputFile[][] = [];
  let batch: InputFile[] = [];
  for (const file of files) {
    const isFull = batch.length >= BATCH_FILES || sizeOf(batch) + file.size > BATCH_BYTES;
    if (batch.length > 0 && isFull) {
      batches.push(batch);
      batch = [];
    }
    batch.push(file);
  }
  return [...batches, batch];
}

function sizeOf(files: InputFile[]): number {
  return files.reduce((total, file) => total + file.size, 0);
}

/** Counts up only, also when a batch is sent again. */
class Progress {
  readonly #tell: ((doneBytes: number) => void) | undefined;
  #done = 0;
  #told = 0;

  constructor(tell: ((doneBytes: number) => void) | undefined) {
    this.#tell = tell;
  }

  begin(doneBytes: number): void {
    this.#done = doneBytes;
    this.sent(0);
  }

  sent(bytes: number): void {
    this.#done += bytes;
    if (this.#done <= this.#told) return;
    this.#told = this.#done;
    this.#tell?.(this.#told);
  }
}
