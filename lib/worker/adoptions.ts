import { log } from "#lib/config/log.ts";

/** What became of a run while no worker had its attempt. */
export type Finding = "goes-on" | "ended" | "unknown";

/** What is found within this time is told as one line. */
const ROUND_MS = 5000;

/**
 * Counts what this process finds of runs that had begun when it claimed their attempts, and tells it
 * in the worker's log: all that it takes over in a round, as after a restart, as one line.
 */
export class Adoptions {
  /** Of each that nothing is known of yet, whether that was so in the round before, too. */
  readonly #open = new Map<string, { isOld: boolean }>();
  #counts = { adopted: 0, finishedMeanwhile: 0, unknown: 0 };
  #timer: NodeJS.Timeout | null = null;

  /** It was claimed, and has a run. */
  begin(attemptId: string): void {
    this.#open.set(attemptId, { isOld: false });
    this.#timer ??= setTimeout(() => this.#endRound(), ROUND_MS);
  }

  /** The first finding counts; what never began is passed over. */
  found(attemptId: string, finding: Finding): void {
    if (!this.#open.delete(attemptId)) return;
    if (finding === "goes-on") this.#counts.adopted += 1;
    else if (finding === "ended") this.#counts.finishedMeanwhile += 1;
    else this.#counts.unknown += 1;
  }

  /** It was let go before anything was found: whoever has it next counts it. */
  letGo(attemptId: string): void {
    this.#open.delete(attemptId);
  }

  /** Tells what was not told yet. */
  close(): void {
    this.#open.clear();
    this.#endRound();
  }

  #endRound(): void {
    if (this.#timer) clearTimeout(this.#timer);
    for (const [attemptId, its] of this.#open) {
      // Its place does not answer; the task's log says later what became of it.
      if (its.isOld) this.found(attemptId, "unknown");
      its.isOld = true;
    }
    this.#timer = this.#open.size > 0 ? setTimeout(() => this.#endRound(), ROUND_MS) : null;
    const counts = this.#counts;
    this.#counts = { adopted: 0, finishedMeanwhile: 0, unknown: 0 };
    if (counts.adopted + counts.finishedMeanwhile + counts.unknown === 0) return;
    log().info(counts, "took over what had begun without this worker");
  }
}
