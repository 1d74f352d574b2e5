import type { LogStream } from "#lib/core/log-line.ts";
import type { StoredLine } from "./log-chunk.ts";

const LINE_FEED = 10;

/**
 * The bytes that were printed, of lines as they are stored: each with a line feed behind it, but none
 * within a line that is stored in pieces.
 */
export class RawLog {
  /** Of the line whose line feed is still to come, because the next one may continue it. */
  #last: { stream: LogStream; of: string } | null = null;

  /**
   * The bytes of the next lines.
   * @param of what they are the log of, where those of several are joined
   */
  add(lines: readonly StoredLine[], of = ""): Uint8Array {
    const size = lines.reduce((sum, { bytes }) => sum + bytes.length + 1, 0);
    const all = Buffer.allocUnsafe(size);
    let at = 0;
    let last = this.#last;
    for (const { bytes, stream, continues } of lines) {
      const isWithin = continues && last?.stream === stream && last.of === of;
      if (last && !isWithin) {
        all[at] = LINE_FEED;
        at += 1;
      }
      all.set(bytes, at);
      at += bytes.length;
      if (last?.stream !== stream || last.of !== of) last = { stream, of };
    }
    this.#last = last;
    return all.subarray(0, at);
  }

  /** What is still to come when there are no more lines. */
  get end(): Uint8Array {
    return this.#last === null ? new Uint8Array() : Uint8Array.of(LINE_FEED);
  }
}
