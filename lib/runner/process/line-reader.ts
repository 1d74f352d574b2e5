import type { RunLogLine } from "../contract.ts";
import { decodeRecord, type StreamName } from "./log-record.ts";

interface OpenLine {
  /** Offset of the record with its first piece. */
  start: number;
  pieces: Uint8Array[];
}

/**
 * Makes lines of the bytes of a log, and knows at every moment where to go on: at the first piece of
 * the oldest line that is not complete, skipping the lines that were complete before it was.
 */
export class LineReader {
  /** Offset in the file of the next byte to read. */
  offset: number;
  #rest = Buffer.alloc(0);
  #skip: number;
  readonly #open = new Map<StreamName, OpenLine>();
  /** Ends of the records that completed a line after the oldest open one began. */
  #passed: number[] = [];

  /** @param cursor as `cursor` gave it; null is the beginning */
  constructor(cursor: string | null) {
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
      const open = this.#open.get(record.stream) ?? { start: bufferStart + position, pieces: [] };
      // A copy: the buffer is used again for the next read.
      open.pieces.push(Uint8Array.from(record.bytes));
      position = next;
      if (!record.endsLine) {
        this.#open.set(record.stream, open);
        continue;
      }
      this.#open.delete(record.stream);
      this.#pass(bufferStart + next);
      if (this.#skip > 0) {
        this.#skip -= 1;
        continue;
      }
      lines.push({
        bytes: open.pieces.length === 1 && open.pieces[0] ? open.pieces[0] : joined(open.pieces),
        time: new Date(record.time),
        stream: record.stream,
      });
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

  #pass(end: number): void {
    if (this.#open.size === 0) this.#passed = [];
    else this.#passed.push(end);
  }
}

function joined(pieces: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}
