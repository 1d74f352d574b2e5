import type { LinePart } from "./contract.ts";

/**
 * A line of twice as many bytes comes in parts of this size: it is copied several times on its way, is
 * one value of the database and one text of JavaScript. A cursor counts parts, so that another size
 * would be wrong about the logs that are being read.
 */
export const PART_BYTES = 8 * 1024 * 1024;
const AROUND_BYTES = 64 * 1024;
const NONE = new Uint8Array();

interface Taken {
  bytes: Buffer;
  part?: LinePart;
}

/** Whether these bytes go on with a line, of which other parts came before. */
export function continues({ part }: { part?: LinePart }): boolean {
  return part !== undefined && part.before.length > 0;
}

/** Gathers the bytes of a line whose end has not come yet, and takes parts off it when it is too long. */
export class GrowingLine {
  readonly #partBytes: number;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #before = NONE;

  constructor(partBytes = PART_BYTES) {
    this.#partBytes = partBytes;
  }

  add(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#size += bytes.length;
  }

  /** Whether it has so many bytes that parts of it can be taken. */
  get isLong(): boolean {
    return this.#size >= 2 * this.#partBytes;
  }

  /** The parts that it surely has: where they are cut depends on nothing but the line's bytes. */
  *parts(): Generator<Required<Taken>> {
    while (this.isLong) {
      const all = this.#joined();
      const at = this.#partBytes;
      const part = { before: this.#before, after: all.subarray(at, at + AROUND_BYTES) };
      // Copied: else it would keep what is around it in memory.
      this.#before = Buffer.from(all.subarray(Math.max(0, at - AROUND_BYTES), at));
      this.#pieces = [all.subarray(at)];
      this.#size -= at;
      yield { bytes: all.subarray(0, at), part };
    }
  }

  /** What is left when its end has come: all of it, or its last part. */
  rest(): Taken {
    const bytes = this.#joined();
    if (this.#before.length === 0) return { bytes };
    return { bytes, part: { before: this.#before, after: NONE } };
  }

  #joined(): Buffer {
    const [first, second] = this.#pieces;
    if (first && !second) return Buffer.from(first.buffer, first.byteOffset, first.length);
    return Buffer.concat(this.#pieces);
  }
}
