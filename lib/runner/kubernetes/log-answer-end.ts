import type { StampedLine } from "./log-lines.ts";

/** An answer of the log API ended as if it were whole, and the log goes on. */
export class EarlyEndError extends Error {
  override readonly name = "EarlyEndError";
  readonly last: StampedLine | null;

  /** @param last the line that the answer ended with */
  constructor(last: StampedLine | null) {
    super("its answers end before the last line of the log.");
    this.last = last;
  }
}

/**
 * Holds the end of an answer against the log's own last line. When its connection to the node breaks,
 * the API server ends an answer as if all were said (StreamObject of
 * k8s.io/apiserver/pkg/endpoints/handlers/responsewriters passes over the error of its copy).
 */
export class AnswerEnd {
  readonly #tail: Promise<StampedLine | null>;
  #last: StampedLine | null = null;

  /** @param tail the log's last line, asked for while the answer is read, after the container's end */
  constructor(tail: Promise<StampedLine | null>) {
    this.#tail = tail;
    // Its failure is thrown where it is awaited.
    tail.catch(() => undefined);
  }

  /** Remembers the last of these lines of the answer, and gives them back. */
  seen(lines: StampedLine[]): StampedLine[] {
    const last = lines.at(-1);
    // Copied: a line would keep the chunk in memory that it came in.
    if (last) this.#last = { stamp: last.stamp, bytes: Buffer.from(last.bytes) };
    return lines;
  }

  /** Whether the answer, and the rest behind its last line feed, ended with the log's last line. */
  async isLogs(rest: StampedLine | null): Promise<boolean> {
    const [tail, last] = [await this.#tail, rest ?? this.#last];
    if (tail === null || last === null) return tail === last;
    return tail.stamp === last.stamp && isEqual(tail.bytes, last.bytes);
  }

  /**
   * A long line is stored in pieces, of which the log's last is but one: its answer has to end alike
   * twice, with that piece.
   * @throws EarlyEndError when the answer is not known to be whole
   */
  async check(rest: StampedLine | null, before: EarlyEndError | null): Promise<void> {
    if (await this.isLogs(rest)) return;
    const [tail, last] = [await this.#tail, rest ?? this.#last];
    const early = new EarlyEndError(last);
    if (!tail || !last || !before?.last) throw early;
    const isSame = before.last.stamp === last.stamp && isEqual(before.last.bytes, last.bytes);
    const end = last.bytes.subarray(last.bytes.length - tail.bytes.length);
    if (!isSame || tail.bytes.length >= last.bytes.length || !isEqual(end, tail.bytes)) throw early;
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
