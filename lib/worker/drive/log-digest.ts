import { createHash, type Hash } from "node:crypto";
import type { Lease } from "#lib/store/lease.ts";
import type { StoredLine } from "#lib/store/log-chunk.ts";
import { streamAttemptLines } from "#lib/store/log-read.ts";

const NEWLINE = 10;

/**
 * The hash of an attempt's stored lines (see LogSeal). It grows with them in memory; what an earlier
 * worker stored is read once, because a hash that is half done cannot be stored.
 */
export class LogDigest {
  readonly #lease: Lease;
  #hash: Hash | null;

  /** @param storedLines how many lines of the attempt are stored already */
  constructor(lease: Lease, storedLines: number) {
    this.#lease = lease;
    this.#hash = storedLines === 0 ? createHash("sha256") : null;
  }

  /** Goes on with these lines, which are stored by now. Before the first call `ready` must have been. */
  add(lines: readonly StoredLine[]): void {
    if (this.#hash) update(this.#hash, lines);
  }

  /** Reads what was stored before, if that was not done yet. Safe to repeat. */
  async ready(): Promise<void> {
    if (this.#hash) return;
    const hash = createHash("sha256");
    for await (const lines of streamAttemptLines(this.#lease)) update(hash, lines);
    this.#hash = hash;
  }

  /** The hash of all lines so far, in hex. */
  hex(): string {
    return (this.#hash ?? createHash("sha256")).copy().digest("hex");
  }
}

function update(hash: Hash, lines: readonly StoredLine[]): void {
  let size = 0;
  for (const { bytes, stream } of lines) if (stream !== "podflow") size += bytes.length + 1;
  const all = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { bytes, stream } of lines) {
    if (stream === "podflow") continue;
    all.set(bytes, at);
    at += bytes.length;
    all[at] = NEWLINE;
    at += 1;
  }
  hash.update(all);
}
