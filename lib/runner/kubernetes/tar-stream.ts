/** A regular file in a stream of one or several tar archives. */
export interface TarEntry {
  path: string;
  size: number;
  /** Must be read before the next entry; what is left of it is passed over. */
  body: AsyncIterable<Uint8Array>;
}

const BLOCK = 512;

/**
 * The regular files in a stream of tar archives one after the other, as GNU's and busybox's tar
 * write them. Links and folders are passed over.
 * @throws Error when the stream ends inside an entry, or is no tar
 */
export async function* tarEntries(source: AsyncIterable<Uint8Array>): AsyncIterable<TarEntry> {
  const reader = new ByteReader(source);
  let longPath: string | null = null;
  for (;;) {
    const header = await reader.take(BLOCK, longPath === null);
    if (header === null) return;
    if (header.every((byte) => byte === 0)) continue;
    const { path, size, type } = readHeader(header);
    if (type === "L" || type === "x") {
      const data = Buffer.from((await reader.take(padded(size), false)) ?? []).subarray(0, size);
      const found = type === "L" ? untilNul(data) : paxPath(data);
      longPath = found ?? longPath;
      continue;
    }
    const entryPath = longPath ?? path;
    longPath = null;
    if (type !== "0" && type !== "\0") {
      await reader.skip(padded(type === "1" || type === "2" || type === "5" ? 0 : size));
      continue;
    }
    const body = reader.part(size);
    yield { path: entryPath, size, body: body.chunks() };
    await reader.skip(body.left + padded(size) - size);
  }
}

function readHeader(header: Buffer): { path: string; size: number; type: string } {
  const sum = header.reduce(
    (total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte),
    0,
  );
  const told = Number.parseInt(header.toString("latin1", 148, 156).replace(/\0.*/, "").trim(), 8);
  if (sum !== told) throw new Error("What came is no tar archive: a header has a wrong checksum.");
  const prefix =
    header.toString("latin1", 257, 263) === "ustar\0" ? untilNul(header.subarray(345, 500)) : "";
  const name = untilNul(header.subarray(0, 100));
  const isBase256 = ((header[124] ?? 0) & 0x80) !== 0;
  const size = isBase256
    ? Number(header.readBigUInt64BE(128))
    : Number.parseInt(header.toString("latin1", 124, 136).replace(/\0.*/, "").trim() || "0", 8);
  return {
    path: prefix ? `${prefix}/${name}` : name,
    size,
    type: String.fromCharCode(header[156] ?? 0),
  };
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}

/** Records of the form `LENGTH KEY=VALUE\n`. */
function paxPath(data: Buffer): string | null {
  for (let start = 0; start < data.length;) {
    const length = Number.parseInt(data.toString("latin1", start, start + 20), 10);
    if (!(length > 0)) return null;
    const record = data.toString("utf8", start, start + length);
    const found = /^\d+ path=([\s\S]*)\n$/.exec(record);
    if (found?.[1] !== undefined) return found[1];
    start += length;
  }
  return null;
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** Takes bytes off a stream in the sizes that are wanted. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Null at the end of the stream, where that is allowed. */
  async take(size: number, mayEnd: boolean): Promise<Buffer | null> {
    const parts: Uint8Array[] = [];
    let missing = size;
    while (missing > 0) {
      const part = await this.some(missing);
      if (part === null) {
        if (mayEnd && missing === size) return null;
        throw new Error("The stream of files ended too early.");
      }
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }

  async skip(size: number): Promise<void> {
    for (let missing = size; missing > 0;) {
      const part = await this.some(missing);
      if (part === null) throw new Error("The stream of files ended too early.");
      missing -= part.length;
    }
  }

  /** Up to `limit` bytes, as they come; null at the end. */
  async some(limit: number): Promise<Uint8Array | null> {
    while (this.#chunk.length === 0) {
      const next = await this.#source.next();
      if (next.done) return null;
      this.#chunk = next.value;
    }
    const part = this.#chunk.subarray(0, limit);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }

  part(size: number): Part {
    return new Part(this, size);
  }
}

/** The next bytes of a reader. */
class Part {
  readonly #reader: ByteReader;
  left: number;

  constructor(reader: ByteReader, size: number) {
    this.#reader = reader;
    this.left = size;
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    while (this.left > 0) {
      const part = await this.#reader.some(this.left);
      if (part === null) throw new Error("The stream of files ended too early.");
      this.left -= part.length;
      yield part;
    }
  }
}
