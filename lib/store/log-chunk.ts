import type { LogLevel, LogStream } from "#lib/core/log-line.ts";
import { LOG_LEVELS } from "#lib/core/log-line.ts";

/** One line of a log as it is stored. */
export interface StoredLine {
  /** Without the line end; any bytes. */
  bytes: Uint8Array;
  timeMs: number;
  level: LogLevel;
  stream: LogStream;
  /** Set when the line before it of the same stream goes on here: no line feed was between. */
  continues?: true;
}

const FORMAT = 1;
const STREAM_BITS = 3;
const CONTINUES = 64;
const STREAMS: readonly LogStream[] = [null, "stdout", "stderr", "podflow"];

/**
 * The lines as one block of bytes: a format number, the length of the table, the table (for each
 * line a byte of level, stream and whether it continues another, the time's distance in ms from the line before, the length), then
 * the text of all lines. Numbers are LEB128, signed ones zigzag.
 */
export function encodeLines(lines: readonly StoredLine[]): Buffer {
  const table = new ByteWriter(lines.length * MAX_ENTRY_BYTES);
  let timeMs = 0;
  let size = 0;
  let level: LogLevel | null = null;
  let stream: LogStream = null;
  let flags = 0;
  for (const line of lines) {
    if (line.level !== level || line.stream !== stream) {
      ({ level, stream } = line);
      flags = LOG_LEVELS.indexOf(level) | (STREAMS.indexOf(stream) << 4);
    }
    table.byte(line.continues ? flags | CONTINUES : flags);
    table.number(zigzag(line.timeMs - timeMs));
    table.number(line.bytes.length);
    timeMs = line.timeMs;
    size += line.bytes.length;
  }
  const head = new ByteWriter(MAX_ENTRY_BYTES);
  head.byte(FORMAT);
  head.number(table.length);
  const data = Buffer.allocUnsafe(head.length + table.length + size);
  let at = head.copyTo(data, 0);
  at = table.copyTo(data, at);
  for (const { bytes } of lines) {
    data.set(bytes, at);
    at += bytes.length;
  }
  return data;
}

/** The lines of a block. Their bytes are views of it. @throws Error when it is not of our making */
export function decodeLines(data: Uint8Array): StoredLine[] {
  if (data[0] !== FORMAT) throw new Error(`A log chunk has the unknown format ${data[0]}.`);
  const reader = { data, at: 1 };
  const tableEnd = readNumber(reader) + reader.at;
  const lines: StoredLine[] = [];
  let textAt = tableEnd;
  let timeMs = 0;
  while (reader.at < tableEnd) {
    const flags = data[reader.at] ?? 0;
    reader.at += 1;
    timeMs += unzigzag(readNumber(reader));
    const length = readNumber(reader);
    const line: StoredLine = {
      bytes: data.subarray(textAt, textAt + length),
      timeMs,
      level: LOG_LEVELS[flags & 15] ?? "INFO",
      stream: STREAMS[(flags >> 4) & STREAM_BITS] ?? null,
    };
    if (flags & CONTINUES) line.continues = true;
    lines.push(line);
    textAt += length;
  }
  return lines;
}

/** How many lines of each level, in the order of LOG_LEVELS. */
export function countLevels(lines: readonly StoredLine[]): number[] {
  const counts = LOG_LEVELS.map(() => 0);
  let level: LogLevel | null = null;
  let index = 0;
  for (const line of lines) {
    // Most lines have the level of the one before.
    if (line.level !== level) {
      level = line.level;
      index = LOG_LEVELS.indexOf(level);
    }
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

// Times in ms pass 32 bits: arithmetic instead of bit operations.
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** A byte and two numbers of up to 54 bits. */
const MAX_ENTRY_BYTES = 17;

/** Bytes that are written one after the other into as much room as there is at most. */
class ByteWriter {
  readonly #bytes: Buffer;
  length = 0;

  constructor(room: number) {
    this.#bytes = Buffer.allocUnsafe(room);
  }

  byte(value: number): void {
    this.#bytes[this.length] = value;
    this.length += 1;
  }

  number(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** Returns where the bytes end there. */
  copyTo(target: Buffer, at: number): number {
    target.set(this.#bytes.subarray(0, this.length), at);
    return at + this.length;
  }
}

function readNumber(reader: { data: Uint8Array; at: number }): number {
  let value = 0;
  let factor = 1;
  for (;;) {
    const byte = reader.data[reader.at];
    if (byte === undefined) throw new Error("A log chunk is cut off.");
    reader.at += 1;
    value += (byte % 128) * factor;
    if (byte < 128) return value;
    factor *= 128;
  }
}
