import type { Lease } from "#lib/store/lease.ts";
import { pause } from "./persist.ts";

/** Why a drive stops touching its attempt: another worker has it, or this one shuts down. */
export class LetGo extends Error {
  override readonly name = "LetGo";
}

/** An attempt's lease while this process has it. */
export class HeldLease {
  readonly lease: Lease;
  readonly #leaseMs: number;
  readonly #let = new AbortController();
  readonly #killed = new AbortController();
  #renewedAt: number;

  constructor(lease: Lease, leaseSeconds: number) {
    this.lease = lease;
    this.#leaseMs = leaseSeconds * 1000;
    this.#renewedAt = performance.now();
  }

  /** Aborted when the attempt is not to be touched any more. */
  get signal(): AbortSignal {
    return this.#let.signal;
  }

  /** Aborted when the execution is to be killed. */
  get killed(): AbortSignal {
    return this.#killed.signal;
  }

  letGo(why: string): void {
    this.#let.abort(new LetGo(why));
  }

  kill(): void {
    this.#killed.abort(new LetGo("The execution is killed."));
  }

  renewed(): void {
    this.#renewedAt = performance.now();
  }

  /** Whether nobody else can have the attempt, as far as this process knows. */
  get isFresh(): boolean {
    return performance.now() - this.#renewedAt <= this.#leaseMs;
  }

  /**
   * Resolves once nobody else can have the attempt: at once while the lease is fresh, else after it
   * has been renewed. For acts that another owner would undo or double.
   */
  async fresh(): Promise<void> {
    while (!this.isFresh) await pause(100, this.signal);
    this.signal.throwIfAborted();
  }
}
