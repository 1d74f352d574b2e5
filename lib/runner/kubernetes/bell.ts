/** Lets one reader wait until something rings, a time is over, or its signal is aborted. */
export class Bell {
  readonly #signal: AbortSignal;
  #isRung = false;
  #wake: (() => void) | null = null;
  readonly #onAbort = (): void => this.ring();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort);
  }

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** What rang before is not lost: then it returns at once. Rejects with the signal's reason. */
  async wait(limitMs: number | null): Promise<void> {
    this.#signal.throwIfAborted();
    if (!this.#isRung) {
      await new Promise<void>((resolve) => {
        const timer = limitMs === null ? null : setTimeout(resolve, clamp(limitMs));
        this.#wake = () => {
          if (timer) clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = null;
    this.#isRung = false;
    this.#signal.throwIfAborted();
  }

  close(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}

/** setTimeout takes no more than 2^31 ms, and would fire at once. */
function clamp(ms: number): number {
  return Math.min(Math.max(ms, 0), 2 ** 31 - 1);
}
