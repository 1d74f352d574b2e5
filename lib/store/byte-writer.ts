const LEAST_ROOM = 64;
/** No more is made before it is needed. */
const MOST_FIRST_ROOM = 1024 * 1024;
const NONE = Buffer.alloc(0);

/** Bytes that are written one after the other into room that doubles when it is full. */
export class ByteWriter {
  #room = NONE;
  #firstRoom = LEAST_ROOM;
  length = 0;

  byte(value: number): void {
    if (this.length === this.#room.length) this.#widen(1);
    this.#room[this.length] = value;
    this.length += 1;
  }

  /** A whole number from 0 on as LEB128. */
  number(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  bytes(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#room.length) this.#widen(bytes.length);
    this.#room.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** What was written. The next bytes come into new room, as much as these have needed at first. */
  take(): Buffer {
    const taken = this.#room.subarray(0, this.length);
    // A power of two: what comes then is seldom of the same size to the byte.
    const needed = 2 ** Math.ceil(Math.log2(Math.max(this.length, LEAST_ROOM)));
    this.#firstRoom = Math.min(needed, MOST_FIRST_ROOM);
    this.#room = NONE;
    this.length = 0;
    return taken;
  }

  #widen(by: number): void {
    const size = Math.max(this.#firstRoom, this.length + by, 2 * this.#room.length);
    const room = Buffer.allocUnsafe(size);
    room.set(this.#room.subarray(0, this.length));
    this.#room = room;
  }
}
