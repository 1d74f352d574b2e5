import { RunnerError } from "#lib/runner/contract.ts";
import type { TokenSource } from "#lib/runner/kubernetes/connection-config.ts";

/** A token that is refused though it is this new is not the reason. */
const NEW_MS = 10_000;
/** Before the provider's task, which failed for a reason that may pass, is run again. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** Far longer than a runner stays open that nobody uses: after that no runner has it any more. */
const KEPT_MS = 3600_000;

/** Runs the provider's task. */
type TokenRun = () => Promise<string>;

/**
 * A token that a task of the flow gives, shared by all attempts that ask for it in the same way. Kept
 * in memory alone. Its task runs in the name of an attempt that goes on, and ends with it.
 */
export class CachedToken implements TokenSource {
  readonly id: string;
  readonly #cacheMs: number;
  /** Of the attempts that go on, by what is aborted when they are gone; the last begun is the last. */
  readonly #runs = new Map<AbortSignal, TokenRun>();
  #known: { token: string; at: number } | null = null;
  #pending: { gone: AbortSignal; token: Promise<string> } | null = null;
  /** Why there is none for now; who asks before `until` is told. */
  #failure: { error: RunnerError; tries: number; until: number } | null = null;
  #askedAt = performance.now();

  /** @param cacheMs how long a token is taken from here; 0: for one task run each */
  constructor(id: string, cacheMs: number) {
    this.id = id;
    this.#cacheMs = cacheMs;
  }

  /** Whether a token is to be made, and nothing is known that keeps it from being made. */
  get isToBeMade(): boolean {
    return this.#usable(false) === null && this.#failure === null;
  }

  /** Whether it is not worth keeping. */
  get isForgotten(): boolean {
    if (this.#runs.size > 0 || performance.now() - this.#askedAt < KEPT_MS) return false;
    return this.#cacheMs === 0 || this.#usable(false) === null;
  }

  /**
   * The token for a task run that begins; while that goes on, `run` may be called for further ones.
   * @param gone aborted when the attempt needs no token any more
   */
  begin(run: TokenRun, gone: AbortSignal): Promise<string> {
    const isNew = !this.#runs.delete(gone);
    this.#runs.set(gone, run);
    if (isNew) {
      gone.addEventListener("abort", () => this.#runs.delete(gone), { once: true });
      if (this.#cacheMs === 0) this.#known = null;
    }
    return this.token(false);
  }

  async token(wasRefused: boolean): Promise<string> {
    this.#askedAt = performance.now();
    for (;;) {
      const usable = this.#usable(wasRefused);
      if (usable !== null) return usable;
      if (this.#failure && performance.now() < this.#failure.until) throw this.#failure.error;
      const pending = (this.#pending ??= this.#made());
      if (pending === null) return this.#lastWord(wasRefused);
      try {
        return await pending.token;
      } catch (error) {
        // It was made in the name of an attempt that is gone; others go on.
        if (!pending.gone.aborted) throw error;
      }
    }
  }

  #usable(wasRefused: boolean): string | null {
    if (!this.#known) return null;
    const age = performance.now() - this.#known.at;
    const limit = wasRefused ? NEW_MS : this.#cacheMs || Infinity;
    return age < limit ? this.#known.token : null;
  }

  /** null: no attempt goes on in whose name it could be made. */
  #made(): { gone: AbortSignal; token: Promise<string> } | null {
    const last = [...this.#runs].at(-1);
    if (!last) return null;
    const [gone, run] = last;
    return { gone, token: this.#fresh(run, gone) };
  }

  async #fresh(run: TokenRun, gone: AbortSignal): Promise<string> {
    try {
      const token = await run();
      this.#known = { token, at: performance.now() };
      this.#failure = null;
      return token;
    } catch (error) {
      if (!gone.aborted) this.#noteFailure(error);
      throw error;
    } finally {
      this.#pending = null;
    }
  }

  #noteFailure(error: unknown): void {
    const { tries } = this.#failure ?? { tries: 0 };
    this.#failure = null;
    if (!(error instanceof RunnerError) || !error.isTransient) return;
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS);
    this.#failure = { error, tries: tries + 1, until: performance.now() + waitMs };
  }

  /** For a runner that only looks after what ended attempts have left: most tokens outlive `cache`. */
  #lastWord(wasRefused: boolean): string {
    if (this.#known && !wasRefused) return this.#known.token;
    throw new RunnerError(
      "unauthorized",
      "The token of `oauthTokenProvider` is good no more, and no task needs a new one.",
      {
        remedy: "The next task that uses it has one made.",
        fault: "user",
        isTransient: true,
        place: ["taskRunner", "config", "oauthTokenProvider"],
      },
    );
  }
}
