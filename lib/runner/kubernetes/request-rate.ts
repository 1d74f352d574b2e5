import { setTimeout as pause } from "node:timers/promises";

/** As many as a crowd of tasks needs at its start, and then what an API server bears from one client. */
const PER_SECOND = 100;
const BURST = 400;
const LONGEST_CLOSED_MS = 5 * 60_000;
/** Of the wait that the server asked for: those who waited do not all come back at once. */
const SPREAD = 0.25;

/**
 * The pace of the calls to one API server: a bucket of tokens that fills at a fixed rate, and a gate
 * that the server closes when it says when to come again. Who waits is served in the order of asking.
 */
export class RequestRate {
  readonly #perSecond: number;
  readonly #burst: number;
  /** Below zero: so many wait for theirs. */
  #tokens: number;
  #filledAt = performance.now();
  #closedUntil = 0;

  constructor({ perSecond = PER_SECOND, burst = BURST } = {}) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Resolves when the next call may go. Rejects with the signal's reason. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#fill();
    this.#tokens -= 1;
    try {
      if (this.#tokens < 0) await rest((-this.#tokens / this.#perSecond) * 1000, signal);
      for (let wait = this.closedMs; wait > 0; wait = this.closedMs) {
        await rest(wait * (1 + Math.random() * SPREAD), signal);
      }
    } catch (error) {
      this.#tokens += 1;
      throw error;
    }
  }

  /**
   * No call goes for this time, because the server asked for it; one that asks for more than five
   * minutes is asked again by then, for that may be a mistake of a proxy.
   * @returns for how long it is closed now
   */
  close(ms: number): number {
    const until = performance.now() + Math.min(Math.max(ms, 0), LONGEST_CLOSED_MS);
    this.#closedUntil = Math.max(this.#closedUntil, until);
    return this.closedMs;
  }

  /** For how long no call goes; 0: calls go. */
  get closedMs(): number {
    return Math.max(0, this.#closedUntil - performance.now());
  }

  #fill(): void {
    const now = performance.now();
    const more = ((now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + more);
    this.#filledAt = now;
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
