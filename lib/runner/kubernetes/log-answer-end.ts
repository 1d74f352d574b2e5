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
    this.#last = lastOf(lines) ?? this.#last;
    return lines;
  }

  /** Whether this is the log's last line; null: whether the last of those that were seen is. */
  async isLogs(line: StampedLine | null): Promise<boolean> {
    const [tail, last] = [await this.#tail, line ?? this.#last];
    return tail === null || last === null ? tail === last : isSameLine(tail, last);
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
    const end = last.bytes.subarray(last.bytes.length - tail.bytes.length);
    if (
      !isSameLine(before.last, last) ||
      tail.bytes.length >= last.bytes.length ||
      !isEqual(end, tail.bytes)
    )
      throw early;
  }
}

/** The last of these lines, copied: it would keep the chunk in memory that it came in. */
export function lastOf(lines: StampedLine[]): StampedLine | null {
  const last = lines.at(-1);
  return last ? { stamp: last.stamp, bytes: Buffer.from(last.bytes) } : null;
}

/** Whether two answers tell of one line. */
function isSameLine(one: StampedLine, other: StampedLine): boolean {
  return one.stamp === other.stamp && isEqual(one.bytes, other.bytes);
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
