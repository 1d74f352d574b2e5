import { ftruncateSync, writeSync } from "node:fs";
import { isCode, isDiskFull } from "./attempt-folder.ts";
import { encodeRecord, type StreamName } from "./log-record.ts";

/** A line that is not complete is written piece by piece from this size on. */
const PIECE_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

interface OpenLine {
  /** What is not written yet. */
  parts: Buffer[];
  partBytes: number;
  /** Whether a piece of it is written already. */
  isWritten: boolean;
}

/** Splits what a process prints into lines and appends them to the log's file. */
export class LogWriter {
  /** Bytes of complete records. */
  size = 0;
  /** Whether lines were lost because the disk is full. */
  isFull = false;
  readonly #fd: number;
  readonly #open: Record<StreamName, OpenLine> = { stdout: newLine(), stderr: newLine() };

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(stream: StreamName, chunk: Buffer, time: number): void {
    const records: Buffer[] = [];
    let from = 0;
    while (from < chunk.length) {
      const end = chunk.indexOf(LINE_FEED, from);
      const line = this.#open[stream];
      const stop = end === -1 ? chunk.length : end;
      addPart(line, chunk.subarray(from, stop));
      if (stop === end) records.push(this.#take(stream, true, time));
      else if (line.partBytes >= PIECE_BYTES) records.push(this.#take(stream, false, time));
      from = stop + 1;
    }
    this.#append(records);
  }

  /** Writes what is left of lines without an end. */
  finish(time: number): void {
    const records: Buffer[] = [];
    for (const stream of ["stdout", "stderr"] as const) {
      const line = this.#open[stream];
      if (line.partBytes > 0 || line.isWritten) records.push(this.#take(stream, true, time));
    }
    this.#append(records);
  }

  #take(stream: StreamName, endsLine: boolean, time: number): Buffer {
    const line = this.#open[stream];
    const bytes = Buffer.concat(line.parts, line.partBytes);
    this.#open[stream] = { ...newLine(), isWritten: !endsLine };
    return encodeRecord({ stream, endsLine, time, bytes });
  }

  #append(records: Buffer[]): void {
    if (records.length === 0 || this.isFull) return;
    const bytes = Buffer.concat(records);
    try {
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
      this.size += bytes.length;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.isFull = true;
      this.#dropTorn();
    }
  }

  /** Half a record at the end would hide that the log stops here. */
  #dropTorn(): void {
    try {
      ftruncateSync(this.#fd, this.size);
    } catch (error) {
      // A device has no length; then nothing was written either.
      if (!isCode(error, "EINVAL")) throw error;
    }
  }
}

function newLine(): OpenLine {
  return { parts: [], partBytes: 0, isWritten: false };
}

function addPart(line: OpenLine, bytes: Buffer): void {
  if (bytes.length === 0) return;
  line.parts.push(bytes);
  line.partBytes += bytes.length;
}
