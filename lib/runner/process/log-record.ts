/**
 * The log of an attempt is one file that only grows: records of one line, or of a piece of a long
 * one. Header: kind (1 byte), milliseconds since 1970 (float64), length of the bytes (uint32).
 */
const HEADER_BYTES = 13;
const STDOUT = 1;
const STDERR = 2;
const ENDS_LINE = 4;

export type StreamName = "stdout" | "stderr";

export interface LogRecord {
  stream: StreamName;
  /** Whether the line is complete with these bytes. */
  endsLine: boolean;
  /** Milliseconds since 1970. */
  time: number;
  bytes: Uint8Array;
}

export function encodeRecord(record: LogRecord): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + record.bytes.length);
  const stream = record.stream === "stdout" ? STDOUT : STDERR;
  buffer.writeUInt8(record.endsLine ? stream | ENDS_LINE : stream, 0);
  buffer.writeDoubleBE(record.time, 1);
  buffer.writeUInt32BE(record.bytes.length, 9);
  buffer.set(record.bytes, HEADER_BYTES);
  return buffer;
}

/**
 * The record that begins at `offset`, and where the next one begins; null when it is not complete.
 * The bytes are a view of the buffer.
 */
export function decodeRecord(
  buffer: Buffer,
  offset: number,
): { record: LogRecord; next: number } | null {
  if (buffer.length - offset < HEADER_BYTES) return null;
  const kind = buffer.readUInt8(offset);
  const length = buffer.readUInt32BE(offset + 9);
  const next = offset + HEADER_BYTES + length;
  if (next > buffer.length) return null;
  return {
    record: {
      stream: (kind & STDOUT) === STDOUT ? "stdout" : "stderr",
      endsLine: (kind & ENDS_LINE) === ENDS_LINE,
      time: buffer.readDoubleBE(offset + 1),
      bytes: buffer.subarray(offset + HEADER_BYTES, next),
    },
    next,
  };
}
