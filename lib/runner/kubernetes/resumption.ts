import type { RunLogGap } from "../contract.ts";
import type { LogCursor } from "./log-cursor.ts";
import { type StampedLine, secondOf } from "./log-lines.ts";
import { compareStamps, isRestOf, isSameLine } from "./stamped-line.ts";

/** The node's file was read to its end. */
export interface FileEnd {
  /** The line that it ended with; null when it ended within one, or has none. */
  last: StampedLine | null;
  /** The beginning of the line that it ended within. */
  torn: StampedLine | null;
  /** When that was, in milliseconds of the cluster's clock. */
  at: number;
  /** Stamp of the first line of the file that comes next, where that is known. */
  next?: string;
}

export interface Resumed {
  isNew: boolean;
  /** Set when lines before this one are missing. */
  gap: RunLogGap | null;
  /** The beginning of this line, which the rotation tore off: the runtime gives each part a stamp. */
  torn: StampedLine | null;
}

/** The kubelet looks every 10 s whether to rotate (containerLogMonitorInterval). */
const ROTATION_SECONDS = 5;
/** What is shorter may be like the end of the line before it by chance. */
const MIN_REST_BYTES = 4096;

/**
 * Passes over the lines of an answer that were read before, when it was asked for from
 * `cursor.second` on. When the answer does not begin as the cursor remembers, the node has rotated
 * the log: then the stamps decide, and a gap is told, unless the file before was read to its end
 * and no other can have been between.
 */
export class Resumption {
  readonly #seen: number;
  readonly #first: string;
  readonly #last: string;
  readonly #lastLine: StampedLine | null;
  #unskippedOfLast: number;
  #index = 0;
  #mode: "counting" | "by-stamp" | "all";
  #hasMetLast = false;
  readonly #fileEnd: FileEnd | null;

  constructor(cursor: LogCursor, fileEnd: FileEnd | null = null) {
    this.#fileEnd = fileEnd;
    this.#seen = cursor.seen;
    this.#first = cursor.first;
    this.#last = cursor.last;
    this.#lastLine = cursor.lastLine;
    this.#unskippedOfLast = cursor.seenOfLast;
    this.#mode = cursor.seen > 0 ? "counting" : "all";
  }

  next(line: StampedLine): Resumed {
    if (this.#mode === "all") return NEW;
    if (this.#index === 0 && line.stamp !== this.#first) this.#mode = "by-stamp";
    this.#index += 1;
    if (this.#mode === "by-stamp") return this.#byStamp(line);
    if (this.#index < this.#seen) return OLD;
    this.#mode = "all";
    if (this.#lastLine === null || isSameLine(this.#lastLine, line)) return OLD;
    const why =
      "The line before is not as it was printed: the node began its log anew while it was read.";
    return { ...OLD, gap: { after: this.#last, before: this.#last, why } };
  }

  /** Whether the answer has shown that it goes on where reading had stopped. */
  get isConnected(): boolean {
    return this.#mode === "all" || this.#hasMetLast;
  }

  /**
   * What is to be said when the answer has ended, and was the end of the log: one without the last
   * line that was read has lost it to a rotation, and maybe others behind it.
   */
  end(): RunLogGap | null {
    if (this.isConnected) return null;
    const gap = { after: this.#last, before: null };
    if (this.#mode === "counting" && this.#index > 0) {
      const why = "Lines before may be there twice: the node began its log anew while it was read.";
      return { ...gap, why };
    }
    if (this.#fileEnd) return null;
    const why = "The last lines may be missing: the node rotated the log before they were read.";
    return { ...gap, why };
  }

  #byStamp(line: StampedLine): Resumed {
    const order = compareStamps(line.stamp, this.#last);
    if (order < 0) return OLD;
    if (order === 0 && this.#unskippedOfLast > 0) {
      this.#unskippedOfLast -= 1;
      this.#hasMetLast = true;
      return OLD;
    }
    if (order > 0 && this.#index === 1 && !this.#fileEnd?.next && this.#isRestOfLast(line)) {
      this.#hasMetLast = true;
      return OLD;
    }
    this.#mode = "all";
    // The last line that was read is still there, so nothing between it and this one is missing.
    if (this.#hasMetLast) return NEW;
    const isNextFile = this.#fileEnd?.next
      ? line.stamp === this.#fileEnd.next
      : secondOf(line.stamp) - secondOf(this.#last) < ROTATION_SECONDS;
    if (this.#fileEnd && isNextFile) return { ...NEW, torn: this.#fileEnd.torn };
    const gap = {
      after: this.#last,
      before: line.stamp,
      why: "Lines may be missing: the node rotated the log before it was read.",
    };
    return { ...NEW, gap };
  }

  /** Whether it is the end of the last line, which a rotation has torn while somebody followed. */
  #isRestOfLast(line: StampedLine): boolean {
    if (this.#lastLine === null || line.part || line.bytes.length < MIN_REST_BYTES) return false;
    return isRestOf(this.#lastLine, line);
  }
}

const OLD: Resumed = { isNew: false, gap: null, torn: null };
const NEW: Resumed = { isNew: true, gap: null, torn: null };

/** Of a follower: passes over lines that another answer has brought meanwhile, the next ones of this one. */
export class Ahead {
  readonly #resumption: Resumption;
  #skipped = 0;

  constructor(resumption: Resumption) {
    this.#resumption = resumption;
  }

  skip(lines: number): void {
    this.#skipped += lines;
  }

  next(line: StampedLine): Resumed {
    const resumed = this.#resumption.next(line);
    if (!resumed.isNew || this.#skipped === 0) return resumed;
    this.#skipped -= 1;
    return { isNew: false, gap: null, torn: null };
  }

  /** Whether this answer goes on where reading has stopped, whoever has read. */
  get isConnected(): boolean {
    return this.#resumption.isConnected && this.#skipped === 0;
  }
}
