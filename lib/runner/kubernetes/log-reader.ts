import type { LogBatch, RunHandle, RunLogGap, RunLogLine } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import type { LogBeginning } from "./log-beginning.ts";
import { Arrival, EndedWatch, isWithin } from "./ended-watch.ts";
import type { LogCursor } from "./log-cursor.ts";
import { AnswerEnd, type EarlyEndError } from "./log-answer-end.ts";
import type { LogCalls } from "./log-calls.ts";
import { LogLineParser, millisecondOf, NotALogError, type StampedLine } from "./log-lines.ts";
import { HeldLines, type Portion } from "./log-held.ts";
import type { LogOrder } from "./log-order.ts";
import type { RotationGuard, RotationSizes } from "./log-rotation.ts";
import type { PodWatch } from "./pod-watch.ts";
import { Ahead, type FileEnd, Resumption, type Resumed } from "./resumption.ts";
import { lastOf } from "./stamped-line.ts";

const MAX_BATCH_BYTES = 512 * 1024;
/** How long a follower that was just opened may need for what is there already. */
const FIRST_BYTES_MS = 200;

const NONE = new Uint8Array();
const ALL = { isConnected: true, next: (): Resumed => ({ isNew: true, gap: null, torn: null }) };

/** Set by tests; bytes. */
export interface LogSizes extends Partial<RotationSizes> {
  /** A line of twice as many comes in parts of this size; default 8 MiB. */
  partBytes?: number;
}

interface Tools {
  api: ClusterApi;
  watch: PodWatch;
  sizes?: LogSizes;
}

/** What is known of a log, for one reader after the other. */
interface Place {
  cursor: LogCursor;
  beginning: LogBeginning;
  order: LogOrder;
  rotation: RotationGuard;
  calls: LogCalls;
}

/** Reads the log of one container from the cursor on, which it moves. */
export class LogReader {
  readonly #tools: Tools;
  readonly #handle: RunHandle;
  readonly #cursor: LogCursor;
  readonly #beginning: LogBeginning;
  readonly #order: LogOrder;
  readonly #rotation: RotationGuard;
  readonly #calls: LogCalls;
  #time = new Date(0);
  #linesRead = 0;
  /** Whether the log was given out, be it without a line. */
  hasOpened = false;
  hasProgressed = false;
  /** Whether the log was read to the end of an ended container. */
  isComplete = false;
  /** Set when following came to an end: that of the node's file, if the container had ended by then. */
  fileEnd: FileEnd | null = null;
  /** Set when following came to the end of a file after which the node has begun another. */
  turn: FileEnd | null = null;

  constructor(tools: Tools, handle: RunHandle, place: Place) {
    this.#tools = tools;
    this.#handle = handle;
    this.#cursor = place.cursor;
    this.#beginning = place.beginning;
    this.#order = place.order;
    this.#rotation = place.rotation;
    this.#calls = place.calls;
  }

  /**
   * The log of an ended container to its end. Where following has read the log's last line, that is all.
   * @param fileEnd where following before has ended
   * @param before how the answer before this one ended, if that was not its end
   * @throws EarlyEndError when the answer ended before the log did
   */
  async *drain(
    fileEnd: FileEnd | null,
    before: EarlyEndError | null = null,
  ): AsyncIterable<LogBatch> {
    const end = new AnswerEnd(this.#calls.tail());
    if (
      fileEnd &&
      fileEnd.next === undefined &&
      (await end.isOf(fileEnd, this.#parser(), () => this.#open(false)))
    ) {
      if (fileEnd.torn) yield* this.#batches([fileEnd.torn], ALL);
      yield* this.#completed();
      return;
    }
    const resumption = new Resumption(this.#cursor, fileEnd);
    const parser = this.#parser();
    let isEmpty = true;
    for await (const chunk of await this.#open(false)) {
      isEmpty = false;
      yield* this.#batches(end.seen(parser.push(chunk)), resumption);
    }
    const rest = parser.end();
    await end.check(rest, before);
    // Rotated, and nothing came after: what was torn off is the whole last line.
    const last = isEmpty && this.#cursor.seen > 0 ? fileEnd?.torn : rest;
    if (last) yield* this.#batches([last], isEmpty ? ALL : resumption);
    const gap = resumption.end();
    if (gap) yield this.#batch([], gap);
    yield* this.#completed();
  }

  /**
   * The log while it grows. The node ends this up to a second after the container; so when the
   * container is seen ended, the rest is read in another call. That shows the node's current file
   * alone: after a rotation the open call is the only one that still has what comes before, and
   * then it is read to its own end.
   * @param turn the end of the file before this one, if that was read to its end
   */
  async *follow(turn: FileEnd | null): AsyncIterable<LogBatch> {
    const opened = performance.now();
    const chunks = (await this.#open(true))[Symbol.asyncIterator]();
    const ended = new EndedWatch(this.#tools.watch, this.#handle.name);
    const resumption = new Ahead(new Resumption(this.#cursor, turn));
    const parser = this.#parser();
    const held = this.#held();
    const arrival = new Arrival(chunks);
    let hasTriedRest = false;
    try {
      while (!held.isStuck) {
        const event = await ended.first(arrival.orElse(held.look), {
          waitMs: held.waitMs,
          passesEnd: hasTriedRest || !held.isEmpty,
        });
        if (event === "end") {
          hasTriedRest = true;
          const limit = opened + FIRST_BYTES_MS - performance.now();
          if (this.#cursor.seen > 0 || !(await isWithin(arrival.next, limit))) {
            yield* this.#ended(resumption, parser);
          }
          if (this.isComplete) return;
          continue;
        }
        const result = arrival.take();
        if (result && !result.done) {
          const lines = parser.push(result.value);
          this.#count(lines, result.value);
          const back = resumption.isConnected ? await this.#beginsAnew(lines) : null;
          if (back !== null) {
            // The line before it may have been glued together of an old and a new beginning.
            const before = [...held.take(), ...lines.slice(0, back)].slice(0, -1);
            yield* this.#batches(before, resumption);
            return;
          }
          held.add(lines);
        }
        for await (const portion of held.portions(result?.done === true)) {
          yield* this.#portion(portion, resumption);
        }
        if (!result?.done) continue;
        if (!held.isStuck && resumption.isConnected) this.fileEnd = this.#endOf(parser);
        break;
      }
      this.turn = held.turn;
    } finally {
      ended.close();
      void chunks.return?.();
    }
  }

  #held(): HeldLines {
    return new HeldLines({
      rotation: this.#rotation,
      cursor: this.#cursor,
      newParser: () => new LogLineParser(false, this.#tools.sizes?.partBytes),
      now: () => this.#tools.api.now(),
    });
  }

  #count(lines: StampedLine[], chunk: Buffer): void {
    this.#rotation.count(lines, chunk.length);
    if (this.#cursor.second === null && lines[0]) this.#rotation.begins(lines[0].stamp);
  }

  *#portion({ lines, isRecovered, torn, gap }: Portion, resumption: Ahead): Iterable<LogBatch> {
    if (torn) yield* this.#batches(lines, { ...ALL, next: () => ({ ...ALL.next(), torn }) });
    else yield* this.#batches(lines, isRecovered ? ALL : resumption);
    if (gap) yield this.#batch([], gap);
  }

  /** What is left when the container is seen ended while its log is followed. */
  async *#ended(resumption: Ahead, parser: LogLineParser): AsyncIterable<LogBatch> {
    const before = this.#linesRead;
    const isAtEnd = resumption.isConnected && !parser.isInside;
    yield* this.#rest(isAtEnd ? this.#cursor.lastLine : null);
    if (!this.isComplete) resumption.skip(this.#linesRead - before);
  }

  /**
   * The index of the line with which a follower's answer begins the node's file anew; null without any.
   * It is the file's first line, or the second one where the first was taken for the end of a line.
   */
  async #beginsAnew(lines: StampedLine[]): Promise<number | null> {
    for (let from = 0; ;) {
      const at = this.#order.backStep(lines, from);
      const line = lines[at];
      if (!line) return null;
      const [first, second] = await this.#calls.head();
      if (line.stamp === first?.stamp || line.stamp === second?.stamp) return at;
      this.#order.accept(line);
      from = at + 1;
    }
  }

  /**
   * What `drain` would give, unless the node's file no longer begins where the cursor remembers.
   * @param last the line that the follower's answer has come to
   */
  async *#rest(last: StampedLine | null): AsyncIterable<LogBatch> {
    const resumption = new Resumption(this.#cursor);
    const parser = this.#parser();
    const end = new AnswerEnd(this.#calls.tail());
    if (last && (await end.isLogs(last))) {
      yield* this.#completed();
      return;
    }
    let isProven = this.#cursor.seen === 0;
    for await (const chunk of await this.#open(false)) {
      const lines = end.seen(parser.push(chunk));
      if (!isProven && lines[0]) {
        if (lines[0].stamp !== this.#cursor.first) return;
        isProven = true;
      }
      yield* this.#batches(lines, resumption);
    }
    const rest = parser.end();
    if (!isProven && rest?.stamp !== this.#cursor.first) return;
    // Then it is read again when the follower has ended, too.
    if (!(await end.isLogs(rest))) return;
    if (rest) yield* this.#batches([rest], resumption);
    yield* this.#completed();
  }

  #parser(): LogLineParser {
    return new LogLineParser(this.#cursor.second !== null, this.#tools.sizes?.partBytes);
  }

  /** Null when the stream ended within a stamp: then it was cut. */
  #endOf(parser: LogLineParser): FileEnd | null {
    try {
      const torn = parser.end();
      return { last: torn ? null : this.#cursor.lastLine, torn, at: this.#tools.api.now() };
    } catch (error) {
      if (error instanceof NotALogError) return null;
      throw error;
    }
  }

  *#completed(): Iterable<LogBatch> {
    const gap = this.#beginning.gap(this.#cursor);
    if (gap) yield this.#batch([], gap);
    this.isComplete = true;
  }

  async #open(follows: boolean): Promise<AsyncIterable<Buffer>> {
    const { second } = this.#cursor;
    const body = await this.#calls.open(second, follows);
    this.hasOpened = true;
    if (second === null) this.#beginning.opened(this.#tools.api.now());
    return body;
  }

  *#batches(
    lines: StampedLine[],
    resumption: Pick<Resumption, "next" | "isConnected">,
  ): Iterable<LogBatch> {
    let batch: RunLogLine[] = [];
    let bytes = 0;
    for (const line of lines) {
      const { isNew, gap, torn } = resumption.next(line);
      if (!isNew) {
        if (gap) yield this.#batch([], gap);
        continue;
      }
      if (batch.length > 0 && (gap || bytes + line.bytes.length > MAX_BATCH_BYTES)) {
        yield this.#batch(batch);
        batch = [];
        bytes = 0;
      }
      if (gap) yield this.#batch([], gap);
      const second = this.#cursor.add(line.stamp);
      this.#linesRead += 1;
      if (this.#beginning.isMark(line, this.#cursor)) continue;
      const { bytes: whole, part } = torn ? joined(torn, line) : line;
      batch.push({
        bytes: whole,
        time: torn ? new Date(torn.stamp) : this.#timeOf(line.stamp, second),
        stream: null,
        ...(part && { part }),
      });
      bytes += line.bytes.length;
    }
    if (resumption.isConnected) this.#cursor.lastLine = lastOf(lines) ?? this.#cursor.lastLine;
    if (batch.length > 0) yield this.#batch(batch);
  }

  /** Lines that were printed in the same millisecond share a date. */
  #timeOf(stamp: string, second: number): Date {
    const ms = millisecondOf(stamp, second);
    if (this.#time.getTime() !== ms) this.#time = new Date(ms);
    return this.#time;
  }

  #batch(lines: RunLogLine[], gap?: RunLogGap): LogBatch {
    this.hasProgressed = true;
    return { lines, cursor: this.#cursor.text, ...(gap && { gap }) };
  }
}

/** A line that a rotation has torn in two. */
function joined(torn: StampedLine, line: StampedLine): Pick<StampedLine, "bytes" | "part"> {
  const bytes = Buffer.concat([torn.bytes, line.bytes]);
  const before = torn.part?.before ?? NONE;
  const after = line.part?.after ?? NONE;
  return before.length + after.length === 0 ? { bytes } : { bytes, part: { before, after } };
}
