/** Remembers a ring that comes while nobody listens. */
export class Bell {
  readonly #signal: AbortSignal;
  #hasRung = false;
  #wake = (): void => undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  ring(): void {
    this.#hasRung = true;
    this.#wake();
  }

  hush(): void {
    this.#hasRung = false;
  }

  /** Resolves at the next ring, at once when there was one since `hush`. @throws the signal's reason */
  async heard(): Promise<void> {
    this.#signal.throwIfAborted();
    if (!this.#hasRung) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#signal.throwIfAborted();
  }
}
