/** SPDY/3.1 as Kubernetes' servers speak it (github.com/moby/spdystream/spdy), without push and windows. */
const HEAD_BYTES = 8;
const CONTROL_BIT = 0x8000;
const VERSION = 3;
const FIN = 1;

const TYPE = { synStream: 1, synReply: 2, reset: 3, ping: 6 };

/** Opens a stream with these headers; the first one of a connection begins its compression. */
export function openStreamFrame(
  stream: number,
  headers: Record<string, string>,
  isFirst: boolean,
): Buffer {
  const ids = Buffer.alloc(10);
  ids.writeUInt32BE(stream, 0);
  return controlFrame(TYPE.synStream, Buffer.concat([ids, headerBlock(headers, isFirst)]));
}

/** What stands before so many bytes of a stream. */
export function dataHead(stream: number, length: number, isEnd: boolean): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(stream, 0);
  head.writeUInt32BE(length, 4);
  head[4] = isEnd ? FIN : 0;
  return head;
}

export function pingFrame(id: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32BE(id);
  return controlFrame(TYPE.ping, body);
}

function controlFrame(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(CONTROL_BIT | VERSION, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

/**
 * Names and values, in blocks of zlib (RFC 1950, 1951) that store them as they are, without SPDY's
 * dictionary; the empty block makes the reader give out what came before.
 */
function headerBlock(headers: Record<string, string>, isFirst: boolean): Buffer {
  const entries = Object.entries(headers);
  const parts = [uint32(entries.length)];
  for (const text of entries.flat()) parts.push(uint32(Buffer.byteLength(text)), Buffer.from(text));
  const body = Buffer.concat(parts);
  const stored = Buffer.alloc(5);
  stored.writeUInt16LE(body.length, 1);
  stored.writeUInt16LE(~body.length & 0xffff, 3);
  const begin = Buffer.from(isFirst ? [0x78, 0x01] : []);
  return Buffer.concat([begin, stored, body, Buffer.from([0, 0, 0, 0xff, 0xff])]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export interface SpdyEvents {
  /** Some bytes of a stream, as they come. */
  onData: (stream: number, bytes: Buffer) => void;
  /** The server has accepted a stream, and listens. */
  onReply: (stream: number) => void;
  /** It wants no more of a stream. */
  onReset: (stream: number) => void;
  /** Theirs are even and want to be sent back; ours are odd. */
  onPing: (id: number) => void;
}

/** Reads what the server sends. Headers are passed over: nothing in them is of use. */
export class SpdyReader {
  readonly #events: SpdyEvents;
  /** A head, or a control frame's whole, that has not come to its end. */
  #begun: Buffer = Buffer.alloc(0);
  #dataLeft = 0;
  #stream = 0;

  constructor(events: SpdyEvents) {
    this.#events = events;
  }

  push(chunk: Buffer): void {
    let bytes = chunk;
    while (bytes.length > 0) {
      if (this.#dataLeft > 0) {
        const part = bytes.subarray(0, this.#dataLeft);
        this.#dataLeft -= part.length;
        bytes = bytes.subarray(part.length);
        this.#events.onData(this.#stream, part);
        continue;
      }
      if (this.#begun.length > 0) bytes = Buffer.concat([this.#begun, bytes]);
      const taken = this.#take(bytes);
      this.#begun = taken === 0 ? Buffer.from(bytes) : Buffer.alloc(0);
      bytes = taken === 0 ? Buffer.alloc(0) : bytes.subarray(taken);
    }
  }

  /** Bytes of a head or a control frame; 0 when it has not come whole. */
  #take(bytes: Buffer): number {
    if (bytes.length < HEAD_BYTES) return 0;
    const length = bytes.readUIntBE(5, 3);
    if ((bytes.readUInt16BE(0) & CONTROL_BIT) === 0) {
      this.#stream = bytes.readUInt32BE(0);
      this.#dataLeft = length;
      return HEAD_BYTES;
    }
    if (bytes.length < HEAD_BYTES + length) return 0;
    const type = bytes.readUInt16BE(2);
    const id = length >= 4 ? bytes.readUInt32BE(HEAD_BYTES) : 0;
    if (type === TYPE.synReply) this.#events.onReply(id);
    else if (type === TYPE.reset) this.#events.onReset(id);
    else if (type === TYPE.ping) this.#events.onPing(id);
    return HEAD_BYTES + length;
  }
}
