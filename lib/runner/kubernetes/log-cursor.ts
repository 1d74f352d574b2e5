import { z } from "zod";
import type { RunLogGap } from "../contract.ts";
import { type StampedLine, secondOf } from "./log-lines.ts";
import { compareStamps, isRestOf, isSameLine } from "./stamped-line.ts";

const schema = z.object({
  /** Another container of the same name has another log. */
  container: z.string(),
  /** Stamp of the last line that was read, and how many lines with that stamp were. */
  last: z.string(),
  /** Stamp of the first line of all, and whether it is known to be the log's first. */
  start: z.string().optional(),
  hasBeginning: z.boolean().optional(),
  seenOfLast: z.number(),
  /** The last two seconds in the order in which they began, and the lines read of each. */
  seconds: z.array(z.object({ second: z.number(), lines: z.number(), first: z.string() })).min(1),
});

/** A stamp is taken a little before its line is written, so that stamps can be out of order. */
const SLACK_SECONDS = 1;

/**
 * Where a reader of a container's log stands. The log API can begin at a whole second and leaves
 * out each line with an earlier stamp, keeping the order of the rest; so "the first N lines from
 * second S on have been read" is exact, also where the stamps of stdout and stderr are not in order.
 */
export class LogCursor {
  readonly container: string;
  #state: z.infer<typeof schema> | null = null;
  #lastPrefix = "";
  #lastSecond = 0;
  /** The last line that was read, as it came; null where another worker has read it. */
  lastLine: StampedLine | null = null;

  private constructor(container: string) {
    this.container = container;
  }

  /**
   * The place in this text; the beginning when it is null, or of another container.
   * @throws Error when the text is none of ours
   */
  static from(text: string | null, container: string): LogCursor {
    const cursor = new LogCursor(container);
    if (text === null) return cursor;
    const state = schema.nullable().parse(JSON.parse(text));
    if (state?.container === container) cursor.#state = state;
    return cursor;
  }

  /** Seconds since 1970 from which the log must be read again; null: from the beginning. */
  get second(): number | null {
    const seconds = this.#state?.seconds.map((entry) => entry.second);
    return seconds ? Math.max(...seconds) - SLACK_SECONDS : null;
  }

  /** How many lines from `second` on have been read. */
  get seen(): number {
    return (this.#state?.seconds ?? []).reduce((total, entry) => total + entry.lines, 0);
  }

  /** Stamps of the first line from `second` on and of the last that was read. */
  get first(): string {
    return this.#state?.seconds[0]?.first ?? "";
  }

  get last(): string {
    return this.#state?.last ?? "";
  }

  get seenOfLast(): number {
    return this.#state?.seenOfLast ?? 0;
  }

  /** Stamp of the first line of all that was read; empty when none was. */
  get start(): string {
    return this.#state?.start ?? "";
  }

  /** Whether nothing before the first line is missing. A cursor without lines cannot know. */
  get hasBeginning(): boolean {
    return this.#state?.hasBeginning ?? false;
  }

  set hasBeginning(value: boolean) {
    if (this.#state) this.#state.hasBeginning = value;
  }

  get text(): string {
    return JSON.stringify(this.#state);
  }

  /** Moves behind a line with this stamp. @returns the whole second of it */
  add(stamp: string): number {
    const second = this.#secondOf(stamp);
    const state = (this.#state ??= {
      container: this.container,
      last: "",
      start: stamp,
      seenOfLast: 0,
      seconds: [{ second, lines: 0, first: stamp }],
    });
    state.seenOfLast = state.last === stamp ? state.seenOfLast + 1 : 1;
    state.last = stamp;
    const entry = state.seconds.find((known) => known.second === second);
    if (entry) {
      entry.lines += 1;
      return second;
    }
    state.seconds.push({ second, lines: 1, first: stamp });
    const from = Math.max(...state.seconds.map((known) => known.second)) - SLACK_SECONDS;
    state.seconds = state.seconds.filter((known) => known.second >= from);
    return second;
  }

  /** Most lines are of the same second as the one before. */
  #secondOf(stamp: string): number {
    if (this.#lastPrefix === "" || !stamp.startsWith(this.#lastPrefix)) {
      this.#lastPrefix = stamp.slice(0, 19);
      this.#lastSecond = secondOf(stamp);
    }
    return this.#lastSecond;
  }
}

/** The node's file was read to its end. */
export interface FileEnd {
  /** The line that it ended with; null when it ended within one, or has none. */
  last: StampedLine | null;
  /** The beginning of the line that it ended within. */
  torn: StampedLine | null;
  /** When that was, in milliseconds of the cluster's clock. */
  at: number;
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
const MIN_REST_BYTES = 64;

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
    if (order > 0 && this.#index === 1 && this.#isRestOfLast(line)) {
      this.#hasMetLast = true;
      return OLD;
    }
    this.#mode = "all";
    // The last line that was read is still there, so nothing between it and this one is missing.
    if (this.#hasMetLast) return NEW;
    const isNextFile = secondOf(line.stamp) - secondOf(this.#last) < ROTATION_SECONDS;
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
