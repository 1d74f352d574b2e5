import { createHash, type Hash } from "node:crypto";
import type { Lease } from "#lib/store/lease.ts";
import { linesIn, type LogChunk, type StoredLine } from "#lib/store/log-chunk.ts";
import { streamAttemptLines } from "#lib/store/log-read.ts";
import { RawLog } from "#lib/store/raw-log.ts";

/**
 * The hash of an attempt's stored lines (see LogSeal). It grows with them in memory; what an earlier
 * worker stored is read once, because a hash that is half done cannot be stored.
 */
export class LogDigest {
  readonly #lease: Lease;
  #sum: { hash: Hash; raw: RawLog } | null;

  /** @param storedLines how many lines of the attempt are stored already */
  constructor(lease: Lease, storedLines: number) {
    this.#lease = lease;
    this.#sum = storedLines === 0 ? emptySum() : null;
  }

  /** Goes on with these chunks, which are stored by now. Before the first call `ready` must have been. */
  add(chunks: readonly LogChunk[]): void {
    if (!this.#sum) return;
    for (const chunk of chunks) update(this.#sum, linesIn(chunk));
  }

  /** Reads what was stored before, if that was not done yet. Safe to repeat. */
  async ready(): Promise<void> {
    if (this.#sum) return;
    const sum = emptySum();
    for await (const lines of streamAttemptLines(this.#lease)) update(sum, lines);
    this.#sum = sum;
  }

  /** The hash of all lines so far, in hex. */
  hex(): string {
    const { hash, raw } = this.#sum ?? emptySum();
    return hash.copy().update(raw.end).digest("hex");
  }
}

function emptySum(): { hash: Hash; raw: RawLog } {
  return { hash: createHash("sha256"), raw: new RawLog() };
}

function update({ hash, raw }: { hash: Hash; raw: RawLog }, lines: Iterable<StoredLine>): void {
  hash.update(raw.add(Iterator.from(lines).filter(({ stream }) => stream !== "podflow")));
}
