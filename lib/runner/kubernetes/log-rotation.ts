import type { LogCalls, UnreadLog } from "./log-calls.ts";
import type { LogCursor } from "./log-cursor.ts";
import type { LogLineParser, StampedLine } from "./log-lines.ts";
import { Resumption } from "./resumption.ts";

export interface RotationSizes {
  /** Bytes of the node's file that are read without a look whether it is still the same. */
  lookBytes: number;
  /**
   * From so many bytes on it may be rotated (containerLogMaxSize is 10 MiB), and is more than what is on
   * the way in an answer that nobody reads: Go's HTTP/2 takes 4 MiB of it from the node.
   */
  guardBytes: number;
}

const SIZES: RotationSizes = { lookBytes: 1024 * 1024, guardBytes: 8.5 * 1024 * 1024 };
/** What the runtime writes into its file between stamp and text: ` stdout F `, the last space of it ours. */
const TAG_BYTES = 9;
/** For so long lines wait to be known as those before a rotation. */
const LOOK_MS = 100;
/** After so long without a line one looks whether there are some in a new file. */
const SILENT_MS = 3000;
/** What an old file still had must come within this time, and in not more bytes. */
const REST_MS = 20_000;
const MAX_REST_BYTES = 16 * 1024 * 1024;

/** What a file that was rotated had behind a place. */
export interface Rest {
  lines: StampedLine[];
  /** A line that goes on in the new file. */
  torn: StampedLine | null;
}

/**
 * Keeps a rotation from taking lines away. A kubelet that has given its followers all of a file goes on
 * with the new one as soon as that is there (waitLogs of k8s.io/cri-client/pkg/logs), and the runtime
 * still writes what it has at hand into the old one (ReopenContainerLog of containerd makes the new file
 * first): up to a burst of lines, of which no follower hears. An answer that is behind has the old file to
 * its end. So when a file may soon be rotated it is asked for once more, and that answer is not read
 * until a look at the file's first line shows that there is a new one.
 */
export class RotationGuard {
  readonly #calls: LogCalls;
  readonly #sizes: RotationSizes;
  /** Stamp of the first line of the file that is read; null: not known. */
  #head: string | null = null;
  /** That of the file before. */
  #before: string | null = null;
  #size = 0;
  #unseen = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #answer: UnreadLog | null = null;
  #hasAsked = false;

  constructor(calls: LogCalls, sizes: Partial<RotationSizes> = {}) {
    this.#calls = calls;
    this.#sizes = { ...SIZES, ...sizes };
  }

  /** The log is read from this first line of the node's file on. */
  begins(stamp: string): void {
    this.#head ??= stamp;
  }

  /** Counts lines that were read, of so many bytes of an answer. */
  count(lines: readonly StampedLine[], bytes: number): void {
    this.#size += bytes + lines.length * TAG_BYTES;
    this.#unseen += bytes;
  }

  /** Whether the file may be rotated at any moment, so that each line is to be held for a look. */
  get isClose(): boolean {
    return this.#size >= this.#sizes.guardBytes;
  }

  /**
   * In how many milliseconds a look is due; null: not before more has been read.
   * @param isHolding whether lines wait for it
   */
  dueMs(isHolding: boolean): number | null {
    const isMuch = this.#unseen >= this.#sizes.lookBytes;
    if (isHolding && (isMuch || this.#head === null)) return 0;
    if (!this.isClose) return null;
    const wait = isHolding ? LOOK_MS : SILENT_MS;
    return Math.max(0, this.#lookedAt + wait - performance.now());
  }

  /**
   * Looks whether the file was rotated since the last look.
   * @returns the stamp of the first line, or piece of one, of the new file; null: it was not, and what
   * was read before the look comes before whatever a new one will have
   */
  async look(): Promise<string | null> {
    this.#unseen = 0;
    if (this.isClose) await this.#open();
    const [first] = await this.#calls.head();
    this.#lookedAt = performance.now();
    if (!first || first.stamp === this.#head) return null;
    this.#before = this.#head;
    this.#head = first.stamp;
    if (this.#before === null) return null;
    this.#size = 0;
    this.#hasAsked = false;
    return first.stamp;
  }

  /** Where the answer turns out to be of the new file, it does not begin as the old one did. */
  async #open(): Promise<void> {
    if (this.#hasAsked) return;
    this.#hasAsked = true;
    // Without it a rotation is told as a gap, and the log goes on.
    this.#answer = await this.#calls.openUnread().catch(() => null);
  }

  /**
   * What the file that was rotated had behind the cursor's place. It is known to be all of it where it
   * has the line of that place, the last one that a follower was given of the file.
   * @param parser for an answer that begins with the file
   * @returns null when it is not known
   */
  async rest(cursor: LogCursor, parser: LogLineParser): Promise<Rest | null> {
    const answer = this.#answer;
    this.#answer = null;
    if (!answer) return null;
    const timer = setTimeout(() => answer.close(), REST_MS);
    try {
      return await restOf(answer.read(), { cursor, parser, begins: this.#before });
    } catch {
      // Whatever it was, the lines cannot be had any more, and that is what is said then.
      return null;
    } finally {
      clearTimeout(timer);
      answer.close();
    }
  }

  /** The first line of the file of now, as far as a look shows it; null: not all of it. */
  async firstLine(): Promise<StampedLine | null> {
    const [first, second] = await this.#calls.head();
    return first && second ? first : null;
  }

  close(): void {
    this.#answer?.close();
    this.#answer = null;
  }
}

async function restOf(
  body: AsyncIterable<Buffer>,
  { cursor, parser, begins }: { cursor: LogCursor; parser: LogLineParser; begins: string | null },
): Promise<Rest | null> {
  const resumption = new Resumption(cursor);
  const from = new Date((cursor.second ?? 0) * 1000).toISOString().slice(0, 19);
  const lines: StampedLine[] = [];
  let size = 0;
  let first: string | null = null;
  for await (const chunk of body) {
    for (const line of parser.push(chunk)) {
      first ??= line.stamp;
      // It was asked for a moment too late.
      if (first !== begins) return null;
      if (line.stamp < from) continue;
      const { isNew, gap } = resumption.next(line);
      if (gap) return null;
      if (!isNew) continue;
      lines.push(line);
      size += line.bytes.length;
    }
    if (size > MAX_REST_BYTES) return null;
  }
  return resumption.isConnected ? { lines, torn: parser.end() } : null;
}
