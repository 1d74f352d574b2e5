import type { PhaseMarks } from "#lib/core/execution-view.ts";
import type { Waiting } from "#lib/core/failure.ts";
import { type AttemptNews, recordAttempt } from "#lib/executions/record.ts";
import type { Masks } from "#lib/executions/masks.ts";
import type { Lease } from "#lib/store/lease.ts";
import { persist } from "../persist.ts";

const INTERVAL_MS = 100;

/** Records what is new about an attempt, joined when it comes faster than it can be written. */
export class Reporter {
  readonly #lease: Lease;
  readonly #signal: AbortSignal;
  readonly #masks: Masks;
  readonly #onError: (error: unknown) => void;
  #news: AttemptNews | null = null;
  #writing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #waiting: Waiting | null;
  #isClosed = false;

  /** `onError` is told when the attempt can no longer be written. */
  constructor(options: {
    lease: Lease;
    signal: AbortSignal;
    masks: Masks;
    waiting: Waiting | null;
    onError: (error: unknown) => void;
  }) {
    this.#lease = options.lease;
    this.#signal = options.signal;
    this.#masks = options.masks;
    this.#waiting = options.waiting;
    this.#onError = options.onError;
  }

  report(news: AttemptNews): void {
    if (this.#isClosed) return;
    const { marks, progress, ...rest } = news;
    this.#news = {
      ...this.#news,
      ...rest,
      ...(marks || this.#news?.marks ? { marks: { ...this.#news?.marks, ...marks } } : {}),
      ...(progress || this.#news?.progress
        ? { progress: { ...this.#news?.progress, ...progress } }
        : {}),
    };
    if (!this.#writing && !this.#timer) this.#writing = this.#write();
  }

  /** Why it waits now; null: it does not. The same reason keeps the time it was first seen. */
  wait(reason: Omit<Waiting, "since"> | null, marks: PhaseMarks = {}): void {
    // The cluster's words may quote what a secret was put into.
    const waiting = reason && this.#masks.texts(reason);
    const before = this.#waiting;
    const isSame =
      before?.kind === waiting?.kind &&
      before?.message === waiting?.message &&
      before?.evidence === waiting?.evidence;
    if (isSame && Object.keys(marks).length === 0) return;
    if (isSame) return this.report({ marks });
    this.#waiting = waiting && { ...waiting, since: new Date().toISOString() };
    this.report({ waiting: this.#waiting, marks });
  }

  /** Records at once, whatever was recorded just before. @throws what recording threw */
  async now(news: AttemptNews): Promise<void> {
    await this.#writing;
    await persist(this.#signal, () => recordAttempt(this.#lease, news));
  }

  /** What is not written by now is not needed any more, but for the handle: the end follows. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#writing;
    if (this.#news?.handle !== undefined) await this.#write();
  }

  async #write(): Promise<void> {
    this.#timer = null;
    const news = this.#news;
    this.#news = null;
    try {
      if (news) await persist(this.#signal, () => recordAttempt(this.#lease, news));
    } catch (error) {
      if (!this.#isClosed) this.#onError(error);
    } finally {
      this.#writing = null;
    }
    if (this.#isClosed || !this.#news) return;
    this.#timer = setTimeout(() => {
      this.#writing = this.#write();
    }, INTERVAL_MS);
  }
}
