import type { LogLineParser, StampedLine } from "./log-lines.ts";
import { continues } from "../growing-line.ts";
import type { FileEnd } from "./resumption.ts";
import { compareStamps, isEqual, isRestOf, isSameLine, lastOf } from "./stamped-line.ts";

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
   * Whether following has come to the log's very end: its last line is the log's, or the node's current
   * file is nothing but the end of it, where a rotation has torn the line that was followed.
   * @param open gives the current file, to be read by this parser
   */
  async isOf(
    { last, torn }: FileEnd,
    parser: LogLineParser,
    open: () => Promise<AsyncIterable<Buffer>>,
  ): Promise<boolean> {
    const line = torn ?? last;
    if (line && (await this.isLogs(line))) return true;
    const tail = await this.#tail;
    if (!line || !tail || !isTornOff(line, tail)) return false;
    const only = await onlyLine(await open(), parser);
    return only !== null && only.hasEnd === (torn === null) && isTornOff(line, only.line);
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

/** Of a line that comes in parts, the last one; null where there is another line, or none. */
async function onlyLine(
  body: AsyncIterable<Buffer>,
  parser: LogLineParser,
): Promise<{ line: StampedLine; hasEnd: boolean } | null> {
  let line: StampedLine | null = null;
  for await (const chunk of body) {
    for (const found of parser.push(chunk)) {
      if (line && !continues(found)) return null;
      line = found;
    }
  }
  const cut = parser.end();
  if (cut && line && !continues(cut)) return null;
  line = cut ?? line;
  return line && { line, hasEnd: cut === null };
}

/** Whether the rest is of this line, and was printed later than its beginning. */
function isTornOff(line: StampedLine, rest: StampedLine): boolean {
  return compareStamps(rest.stamp, line.stamp) > 0 && isRestOf(line, rest);
}
