import type { Transfer } from "#lib/core/execution-view.ts";

/** What an eye can follow; each telling is a row that is written. */
const INTERVAL_MS = 200;

/** Tells how far files are on their way, one after the other in this order, now and then. */
export class TransferReport {
  readonly #files: readonly { path: string; size: number }[];
  readonly #total: number;
  readonly #tell: (transfer: Transfer) => void;
  #at = 0;
  /** Bytes of the files before the current one. */
  #before = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(
    files: readonly { path: string; size: number }[],
    tell: (transfer: Transfer) => void,
  ) {
    this.#files = files;
    this.#total = files.reduce((sum, file) => sum + file.size, 0);
    this.#tell = tell;
  }

  /** `bytes` of all of them have gone by; never fewer than before. */
  reached(bytes: number): void {
    const done = Math.min(bytes, this.#total);
    let file = this.#files[this.#at];
    while (file && done >= this.#before + file.size) {
      this.#before += file.size;
      this.#at += 1;
      file = this.#files[this.#at];
    }
    const now = performance.now();
    if (now - this.#toldAt < INTERVAL_MS && done < this.#total) return;
    this.#toldAt = now;
    this.#tell({
      done,
      total: this.#total,
      file: file
        ? { name: file.path, done: Math.max(0, done - this.#before), size: file.size }
        : null,
    });
  }
}
