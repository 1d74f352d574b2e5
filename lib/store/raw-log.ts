import type { LogStream } from "#lib/core/log-line.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { StoredLine } from "./log-chunk.ts";

const LINE_FEED = 10;

/**
 * The bytes that were printed, of lines as they are stored: each with a line feed behind it, but none
 * within a line that is stored in pieces.
 */
export class RawLog {
  readonly #written = new ByteWriter();
  /** Of the line whose line feed is still to come, because the next one may continue it. */
  #last: { stream: LogStream; of: string } | null = null;

  /**
   * The bytes of the next lines.
   * @param of what they are the log of, where those of several are joined
   */
  add(lines: Iterable<StoredLine>, of = ""): Uint8Array {
    let last = this.#last;
    for (const { bytes, stream, continues } of lines) {
      const isWithin = continues && last?.stream === stream && last.of === of;
      if (last && !isWithin) this.#written.byte(LINE_FEED);
      this.#written.bytes(bytes);
      if (last?.stream !== stream || last.of !== of) last = { stream, of };
    }
    this.#last = last;
    return this.#written.take();
  }

  /** What is still to come when there are no more lines. */
  get end(): Uint8Array {
    return this.#last === null ? new Uint8Array() : Uint8Array.of(LINE_FEED);
  }
}
