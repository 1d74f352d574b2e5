import { LOG_LEVELS, type LogLevel, type LogSeal } from "#lib/core/log-line.ts";
import type { Failure } from "#lib/core/failure.ts";
import type { LinePart, RunLogGap } from "#lib/runner/contract.ts";
import type { Lease } from "#lib/store/lease.ts";
import { ChunkWriter, type StoredLine } from "#lib/store/log-chunk.ts";
import { appendLog, type StoredMetric } from "#lib/store/log-write.ts";
import { persist } from "../persist.ts";
import type { Masks } from "#lib/executions/masks.ts";
import { LogDigest } from "./log-digest.ts";
import { sealOf } from "./log-seal.ts";
import type { Progress } from "./progress.ts";

/** Lines that came since the last write are written together after this time. */
const FLUSH_MS = 50;
const FLUSH_BYTES = 512 * 1024;
/** With more than this unwritten, whoever brings lines waits. */
const LIMIT_BYTES = 2 * 1024 * 1024;

/** What of the progress goes with the lines. */
type LogState = Pick<
  Progress,
  | "cursor"
  | "stdOutLineCount"
  | "stdErrLineCount"
  | "vars"
  | "isJoined"
  | "isRemarked"
  | "isEndTold"
>;

/** A log with more holes than this is told in less detail. */
const MAX_GAPS = 50;

/**
 * Writes an attempt's lines in batches, each with the state that it leads to in one transaction:
 * what a crash takes away is read again, and nothing twice.
 */
export class LogWriter {
  readonly #lease: Lease;
  readonly #signal: AbortSignal;
  readonly #masks: Masks;
  readonly #minLevel: number;
  readonly #progress: Progress;
  readonly #digest: LogDigest;
  /** Lines of the attempt, stored or not, without Podflow's own. */
  #position: number;
  readonly #chunks = new ChunkWriter();
  #added = nothing();
  #metrics: StoredMetric[] = [];
  #state: Partial<LogState> = {};
  #isDirty = false;
  #writing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #failure: unknown = null;

  constructor(options: {
    lease: Lease;
    signal: AbortSignal;
    masks: Masks;
    minLevel: LogLevel;
    progress: Progress;
  }) {
    this.#lease = options.lease;
    this.#signal = options.signal;
    this.#masks = options.masks;
    this.#minLevel = LOG_LEVELS.indexOf(options.minLevel);
    this.#progress = options.progress;
    const { lines, ownLines } = options.progress;
    this.#digest = new LogDigest(options.lease, lines);
    this.#position = lines - ownLines;
  }

  /** Adds a line, or a part of one, unless its level is below the task's. */
  line(line: StoredLine, part?: LinePart): void {
    this.#isDirty = true;
    if (LOG_LEVELS.indexOf(line.level) < this.#minLevel) return;
    const bytes = part ? this.#masks.piece(line.bytes, part) : this.#masks.bytes(line.bytes);
    this.#chunks.add(bytes === line.bytes ? line : { ...line, bytes });
    const added = this.#added;
    added.lines += 1;
    added.bytes += bytes.length;
    if (line.stream === "podflow") {
      added.ownLines += 1;
      added.ownBytes += bytes.length;
    } else this.#position += 1;
  }

  /** Adds a line of Podflow's own. */
  say(text: string, level: LogLevel, now: Date): void {
    this.line({ bytes: Buffer.from(text), timeMs: now.getTime(), level, stream: "podflow" });
  }

  /** Says that lines are missing behind those that were added, or at the log's beginning. */
  gap(gap: RunLogGap): void {
    this.#isDirty = true;
    const progress = this.#progress;
    const afterLine = gap.isBeginning ? 0 : this.#position;
    const told = { afterLine, from: gap.after, to: gap.before, why: gap.why };
    const last = progress.gaps.at(-1);
    if (gap.isBeginning) progress.gaps = [told, ...progress.gaps].slice(0, MAX_GAPS);
    // Of one place the first reason counts.
    else if (last?.afterLine === afterLine && last.to === null) return;
    else if (progress.gaps.length < MAX_GAPS) progress.gaps = [...progress.gaps, told];
  }

  /** Writes what there is, and says what the attempt's log is then. @throws what writing threw */
  async seal(): Promise<LogSeal> {
    await this.flush();
    await persist(this.#signal, () => this.#digest.ready());
    return sealOf(this.#progress, this.#digest.hex());
  }

  /**
   * Stores what there is to say of the attempt's end as a line of Podflow's own, behind the sealed
   * ones; once, also when another worker already did. @throws what writing threw
   */
  async tellEnd(
    { message, remedy }: Pick<Failure, "message" | "remedy">,
    level: "WARN" | "ERROR",
    now: Date,
  ): Promise<void> {
    if (this.#progress.isEndTold) return;
    this.#progress.isEndTold = true;
    this.#state.isEndTold = true;
    this.say(`${message} ${remedy}`.replaceAll(/\s+/g, " ").trim(), level, now);
    await this.flush();
  }

  metric(metric: StoredMetric): void {
    this.#isDirty = true;
    // Masking keeps the form.
    this.#metrics.push(this.#masks.deep(metric) as StoredMetric);
  }

  /**
   * The state after the lines that were added. Waits while too much is unwritten.
   * @throws what writing threw
   */
  async advance(state: Partial<LogState>): Promise<void> {
    this.#isDirty = true;
    Object.assign(this.#state, state);
    this.#schedule();
    while (this.#chunks.size > LIMIT_BYTES) await this.flush();
    this.#check();
  }

  /** Writes what there is. @throws what writing threw */
  async flush(): Promise<void> {
    while (this.#isDirty || this.#writing) {
      this.#writing ??= this.#write();
      await this.#writing;
      this.#check();
    }
    this.#check();
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  #schedule(): void {
    if (this.#timer || this.#writing) return;
    const idle = performance.now() - this.#writtenAt;
    const isUrgent = this.#chunks.size >= FLUSH_BYTES || idle >= FLUSH_MS;
    if (isUrgent) {
      this.#writing = this.#write();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#writing ??= this.#write();
    }, FLUSH_MS - idle);
  }

  async #write(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const chunks = this.#chunks.take();
    const added = this.#added;
    const metrics = this.#metrics;
    const progress = this.#progress;
    const stored = {
      lines: progress.lines + added.lines,
      bytes: progress.bytes + added.bytes,
      ownLines: progress.ownLines + added.ownLines,
      ownBytes: progress.ownBytes + added.ownBytes,
    };
    const append = {
      chunks,
      metrics,
      attemptLine: progress.lines,
      sequence: progress.sequence,
      progress: { ...this.#state, ...stored, gaps: progress.gaps },
    };
    this.#added = nothing();
    this.#metrics = [];
    this.#state = {};
    this.#isDirty = false;
    try {
      // Read before anything is added to it.
      await persist(this.#signal, () => this.#digest.ready());
      await persist(this.#signal, () => appendLog(this.#lease, append));
      this.#digest.add(chunks);
      // The rest of the progress may have gone on meanwhile.
      Object.assign(progress, stored, { sequence: progress.sequence + 1 });
    } catch (error) {
      this.#failure ??= error;
    } finally {
      this.#writing = null;
      this.#writtenAt = performance.now();
    }
    if (this.#isDirty && this.#failure === null) this.#schedule();
  }
}

/** Counts what is added until it is written. */
function nothing(): Pick<Progress, "lines" | "bytes" | "ownLines" | "ownBytes"> {
  return { lines: 0, bytes: 0, ownLines: 0, ownBytes: 0 };
}
