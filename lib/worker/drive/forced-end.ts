import type { Task } from "#lib/flow/flow.ts";
import type { Drive } from "./drive.ts";
import { timeoutFailure } from "./ending.ts";
import { LONGEST_TIMER_MS } from "./longest-timer.ts";
import type { Forced } from "./progress.ts";

/** What of a drive decides about its end. */
type Driven = Pick<Drive, "held" | "progress" | "now"> & { task: Pick<Task, "range"> };

/** Why we end a run ourselves: it is killed, too late, or cannot begin. The first reason wins. */
export class ForcedEnd {
  readonly #drive: Driven;
  readonly #decided = Promise.withResolvers<Forced>();
  readonly #controller = new AbortController();
  readonly #onKill: () => void;
  #reason: Forced | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(drive: Driven) {
    this.#drive = drive;
    this.#onKill = () => this.decide({ kind: "killed" });
    const { killed } = drive.held;
    // An adopted attempt keeps the reason that its first worker had.
    if (drive.progress.forced) this.decide(drive.progress.forced);
    if (killed.aborted) this.#onKill();
    killed.addEventListener("abort", this.#onKill);
  }

  get reason(): Forced | null {
    return this.#reason;
  }

  /** Resolves with the reason, if there ever is one. */
  get decided(): Promise<Forced> {
    return this.#decided.promise;
  }

  /** Aborted with the reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  decide(reason: Forced): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#drive.progress.forced = reason;
    this.#decided.resolve(reason);
    this.#controller.abort(new Error("The run is being ended."));
  }

  /** The user's code began at this moment of our clock: from here on its time counts. */
  startTimeout(since: Date, limitMs: number): void {
    if (this.#timer) return;
    const rest = since.getTime() + limitMs - this.#drive.now().getTime();
    const failure = timeoutFailure(limitMs, this.#drive.task.range.startLine);
    this.#decideAfter(rest, { kind: "failed", failure });
  }

  /** In pieces that a timer can count. */
  #decideAfter(restMs: number, reason: Forced): void {
    const pieceMs = Math.min(Math.max(restMs, 0), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => {
      if (restMs > pieceMs) this.#decideAfter(restMs - pieceMs, reason);
      else this.decide(reason);
    }, pieceMs);
  }

  /** The code has ended by itself: nothing is too late any more. A kill still is one. */
  stopTimeout(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  close(): void {
    this.stopTimeout();
    this.#drive.held.killed.removeEventListener("abort", this.#onKill);
  }
}
