import type { TokenSource } from "#lib/runner/kubernetes/connection-config.ts";

/** A token that is refused though it is this new is not the reason. */
const NEW_MS = 10_000;

/**
 * A token that a task of the flow gives, shared by all attempts that ask for it in the same way. Kept
 * in memory alone.
 */
export class CachedToken implements TokenSource {
  readonly id: string;
  readonly #cacheMs: number;
  #run: () => Promise<string>;
  #known: { token: string; at: number } | null = null;
  #pending: Promise<string> | null = null;

  /** @param cacheMs how long a token is taken from here; 0: for one task run each */
  constructor(id: string, cacheMs: number, run: () => Promise<string>) {
    this.id = id;
    this.#cacheMs = cacheMs;
    this.#run = run;
  }

  /** The token for a task run that begins; `run` gets further ones from now on. */
  begin(run: () => Promise<string>): Promise<string> {
    this.#run = run;
    if (this.#cacheMs === 0) this.#known = null;
    return this.token(false);
  }

  token(wasRefused: boolean): Promise<string> {
    const known = this.#known;
    const age = performance.now() - (known?.at ?? 0);
    const limit = wasRefused ? NEW_MS : this.#cacheMs || Infinity;
    if (known && age < limit) return Promise.resolve(known.token);
    this.#pending ??= this.#fresh().finally(() => (this.#pending = null));
    return this.#pending;
  }

  async #fresh(): Promise<string> {
    const token = await this.#run();
    this.#known = { token, at: performance.now() };
    return token;
  }
}
