import type { LogLevel, LogStream } from "#lib/core/log-line.ts";
import { LOG_LEVELS } from "#lib/core/log-line.ts";
import { ByteWriter } from "./byte-writer.ts";

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

/** Bytes of text after which another chunk begins. */
const CHUNK_BYTES = 512 * 1024;

/**
 * Lines that are stored together as one block of bytes: a format number and the length of the table, the
 * table (for each line a byte of level, stream and whether it continues another, the time's distance in ms
 * from the line before, the length), then the text of all lines. Numbers are LEB128, signed ones zigzag.
 */
export interface LogChunk {
  head: Uint8Array;
  table: Uint8Array;
  text: Uint8Array;
  /** How many. */
  lines: number;
  /** How many of each level, in the order of LOG_LEVELS. */
  counts: number[];
}

/**
 * Makes chunks of lines. Each line is encoded as it comes, and neither it nor its bytes are kept: what
 * waits for the database as objects is moved to the old generation of the heap, which grows with it.
 */
export class ChunkWriter {
  readonly #table = new ByteWriter();
  readonly #text = new ByteWriter();
  #chunks: LogChunk[] = [];
  #closedSize = 0;
  #lines = 0;
  #counts = LOG_LEVELS.map(() => 0);
  #timeMs = 0;
  #level: LogLevel | null = null;
  #levelIndex = 0;
  #stream: LogStream = null;
  #flags = 0;

  /** Bytes of all lines since the last call of `take`, those of their tables among them. */
  get size(): number {
    return this.#closedSize + this.#table.length + this.#text.length;
  }

  add(line: StoredLine): void {
    const { bytes, timeMs } = line;
    if (this.#text.length + bytes.length > CHUNK_BYTES) this.#close();
    // Most lines have the level of the one before.
    if (line.level !== this.#level || line.stream !== this.#stream) {
      this.#level = line.level;
      this.#stream = line.stream;
      this.#levelIndex = LOG_LEVELS.indexOf(line.level);
      this.#flags = this.#levelIndex | (STREAMS.indexOf(line.stream) << 4);
    }
    this.#table.byte(line.continues ? this.#flags | CONTINUES : this.#flags);
    this.#table.number(zigzag(timeMs - this.#timeMs));
    this.#table.number(bytes.length);
    this.#text.bytes(bytes);
    this.#timeMs = timeMs;
    this.#lines += 1;
    this.#counts[this.#levelIndex] = (this.#counts[this.#levelIndex] ?? 0) + 1;
  }

  /** The chunks of all lines since the last call. */
  take(): LogChunk[] {
    this.#close();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#closedSize = 0;
    return chunks;
  }

  #close(): void {
    if (this.#lines === 0) return;
    this.#closedSize = this.size;
    const head = new ByteWriter();
    head.byte(FORMAT);
    head.number(this.#table.length);
    this.#chunks.push({
      head: head.take(),
      table: this.#table.take(),
      text: this.#text.take(),
      lines: this.#lines,
      counts: this.#counts,
    });
    this.#lines = 0;
    this.#counts = LOG_LEVELS.map(() => 0);
    this.#timeMs = 0;
  }
}

/** The lines of a block. Their bytes are views of it. @throws Error when it is not of our making */
export function decodeLines(data: Uint8Array): StoredLine[] {
  if (data[0] !== FORMAT) throw new Error(`A log chunk has the unknown format ${data[0]}.`);
  const reader = { data, at: 1 };
  const tableEnd = readNumber(reader) + reader.at;
  if (tableEnd > data.length) throw cutOff();
  return [...linesIn({ table: data.subarray(reader.at, tableEnd), text: data.subarray(tableEnd) })];
}

/** The lines of a chunk one after the other. Their bytes are views of it. */
export function* linesIn({
  table,
  text,
}: Pick<LogChunk, "table" | "text">): Generator<StoredLine, undefined> {
  const reader = { data: table, at: 0 };
  let textAt = 0;
  let timeMs = 0;
  while (reader.at < table.length) {
    const flags = table[reader.at] ?? 0;
    reader.at += 1;
    timeMs += unzigzag(readNumber(reader));
    const length = readNumber(reader);
    const line: StoredLine = {
      bytes: text.subarray(textAt, textAt + length),
      timeMs,
      level: LOG_LEVELS[flags & 15] ?? "INFO",
      stream: STREAMS[(flags >> 4) & STREAM_BITS] ?? null,
    };
    if (flags & CONTINUES) line.continues = true;
    yield line;
    textAt += length;
  }
}

// Times in ms pass 32 bits: arithmetic instead of bit operations.
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function readNumber(reader: { data: Uint8Array; at: number }): number {
  let value = 0;
  let factor = 1;
  for (;;) {
    const byte = reader.data[reader.at];
    if (byte === undefined) throw cutOff();
    reader.at += 1;
    value += (byte % 128) * factor;
    if (byte < 128) return value;
    factor *= 128;
  }
}

function cutOff(): Error {
  return new Error("A log chunk is cut off.");
}
