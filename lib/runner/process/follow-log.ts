import { type FileHandle, open } from "node:fs/promises";
import type { LogBatch, RunLogLine } from "../contract.ts";
import { type AttemptFolder, isCode } from "./attempt-folder.ts";
import { Changes } from "./changes.ts";
import { LineReader } from "./line-reader.ts";
import { readSnapshot } from "./run-state.ts";

const READ_BYTES = 256 * 1024;
const BATCH_BYTES = 1024 * 1024;

/** Yields the lines of the attempt's log after the cursor, until it has ended and all are read. */
export async function* followLog(
  folder: AttemptFolder,
  after: string | null,
  signal: AbortSignal,
): AsyncGenerator<LogBatch> {
  signal.throwIfAborted();
  const reader = new LineReader(after);
  let file: FileHandle;
  try {
    file = await open(folder.log, "r");
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
    const why =
      "The log is not on this machine (any more): the run was removed before it was read.";
    yield { lines: [], cursor: reader.cursor, gap: { after: null, before: null, why } };
    return;
  }
  const changes = new Changes(folder.root, folder.log);
  try {
    for (;;) {
      // Before the reading: what was there when it ended is read after this.
      const end = endOfLog(folder);
      yield* readBatches(file, reader, signal);
      if (end) {
        const why = gapOf(end, reader);
        const gap = why === null ? null : { after: null, before: null, why };
        if (gap) yield { lines: [], cursor: reader.cursor, gap };
        return;
      }
      await changes.next(signal);
    }
  } finally {
    changes.close();
    await file.close();
  }
}

async function* readBatches(
  file: FileHandle,
  reader: LineReader,
  signal: AbortSignal,
): AsyncGenerator<LogBatch> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let lines: RunLogLine[] = [];
  let size = 0;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, READ_BYTES, reader.offset);
    const more = reader.read(buffer.subarray(0, bytesRead));
    lines = lines.concat(more);
    size += more.reduce((total, line) => total + line.bytes.length, 0);
    const isAtEnd = bytesRead === 0;
    if (lines.length > 0 && (isAtEnd || size + READ_BYTES > BATCH_BYTES)) {
      yield { lines, cursor: reader.cursor };
      lines = [];
      size = 0;
    }
    if (isAtEnd) return;
  }
}

/** How the log stands; null while it grows. */
function endOfLog(folder: AttemptFolder): { logBytes: number | null } | null {
  const { spec, keeper, ending } = readSnapshot(folder);
  if (ending) return { logBytes: ending.logBytes };
  // Removed: the open file still has every byte that was written.
  if (!spec || keeper?.isRemoval) return { logBytes: 0 };
  return keeper && !keeper.isAlive ? { logBytes: null } : null;
}

function gapOf(end: { logBytes: number | null }, reader: LineReader): string | null {
  if (end.logBytes === null)
    return "The process that wrote the log was killed: the last lines may be missing.";
  if (reader.offset < end.logBytes)
    return `The log's file is damaged: ${end.logBytes - reader.offset} bytes of its end are missing.`;
  return null;
}
