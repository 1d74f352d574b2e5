import type { RunLogLine } from "../contract.ts";
import { GrowingLine } from "../growing-line.ts";
import { decodeRecord, type StreamName } from "./log-record.ts";

interface OpenLine {
  /** Offset of the record with its first piece. */
  start: number;
  line: GrowingLine;
}

/**
 * Makes lines of the bytes of a log, and knows at every moment where to go on: at the first piece of
 * the oldest line that is not complete, skipping the lines, and parts of long ones, that were complete
 * before it was.
 */
export class LineReader {
  /** Offset in the file of the next byte to read. */
  offset: number;
  #rest = Buffer.alloc(0);
  #skip: number;
  readonly #partBytes: number | undefined;
  readonly #open = new Map<StreamName, OpenLine>();
  /** Ends of the records that completed a line, or a part of one, after the oldest open one began. */
  #passed: number[] = [];

  /**
   * @param cursor as `cursor` gave it; null is the beginning
   * @param partBytes lines of twice as many and more come in parts
   */
  constructor(cursor: string | null, partBytes?: number) {
    this.#partBytes = partBytes;
    const match = /^(\d{1,15}):(\d{1,9})$/.exec(cursor ?? "0:0");
    if (!match) throw new Error(`"${cursor}" is no cursor of a process's log.`);
    this.offset = Number(match[1]);
    this.#skip = Number(match[2]);
  }

  /** The lines that are complete with these bytes, which follow those before. */
  read(bytes: Buffer): RunLogLine[] {
    const buffer = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    const bufferStart = this.offset - this.#rest.length;
    this.offset += bytes.length;
    const lines: RunLogLine[] = [];
    let position = 0;
    for (;;) {
      const decoded = decodeRecord(buffer, position);
      if (!decoded) break;
      const { record, next } = decoded;
      const { stream, time, endsLine } = record;
      const open = this.#open.get(stream) ?? this.#opened(bufferStart + position);
      this.#open.set(stream, open);
      // A copy: the buffer is used again for the next read.
      open.line.add(Uint8Array.from(record.bytes));
      position = next;
      const add = (taken: Pick<RunLogLine, "bytes" | "part">): void => {
        this.#pass(bufferStart + next);
        if (this.#skip > 0) this.#skip -= 1;
        else lines.push({ ...taken, time: new Date(time), stream });
      };
      for (const part of open.line.parts()) add(part);
      if (!endsLine) continue;
      this.#open.delete(stream);
      add(open.line.rest());
    }
    this.#rest = Buffer.from(buffer.subarray(position));
    return lines;
  }

  /** Resumes after the lines that `read` has returned. */
  get cursor(): string {
    const starts = [...this.#open.values()].map((line) => line.start);
    const base = Math.min(this.offset - this.#rest.length, ...starts);
    return `${base}:${this.#passed.filter((end) => end > base).length + this.#skip}`;
  }

  #opened(start: number): OpenLine {
    return { start, line: new GrowingLine(this.#partBytes) };
  }

  #pass(end: number): void {
    if (this.#open.size === 0) this.#passed = [];
    else this.#passed.push(end);
  }
}
