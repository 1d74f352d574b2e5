import { log } from "#lib/config/log.ts";
import type { Runner } from "#lib/runner/contract.ts";

export interface WantedRunner {
  key: string;
  /** What the runner is made from; another one means another runner. */
  fingerprint: string;
  /** How long it stays open after its last use; null: until it is replaced. */
  idleMs: number | null;
  make: () => Promise<Runner>;
}

interface Shared extends Omit<WantedRunner, "make"> {
  runner: Promise<Runner>;
  /** Each is aborted when that use, or look, has ended. */
  users: Set<AbortSignal>;
  usedAt: number;
  timer: NodeJS.Timeout | null;
}

/** Runners that many use at once: one for each key, closed when they are not needed any more. */
export class SharedRunners {
  readonly #current = new Map<string, Shared>();
  /** Also those that were replaced, and are still used. */
  readonly #all = new Set<Shared>();

  /**
   * The runner of this key. It is not closed before the signal is aborted.
   * @throws what `make` throws, and the signal's reason when that is aborted already
   */
  async open(wanted: WantedRunner, until: AbortSignal): Promise<Runner> {
    until.throwIfAborted();
    const shared = this.#sharedOf(wanted);
    this.#hold(shared, until, { isUse: true });
    try {
      return await shared.runner;
    } catch (error) {
      // What failed is tried anew at the next call.
      this.#forget(shared);
      throw error;
    }
  }

  /** Those that are open now; none is closed before the signal is aborted, nor is it a use of them. */
  async openOnes(isWanted: (key: string) => boolean, until: AbortSignal): Promise<Runner[]> {
    const found = [...this.#current.values()].filter(({ key }) => isWanted(key));
    for (const shared of found) this.#hold(shared, until, { isUse: false });
    const runners = await Promise.allSettled(found.map(({ runner }) => runner));
    return runners.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  }

  /** Closes all, whoever uses them. */
  async close(): Promise<void> {
    const all = [...this.#all];
    for (const shared of all) this.#forget(shared);
    await Promise.all(all.map(({ runner }) => closed(runner)));
  }

  #sharedOf({ make, ...wanted }: WantedRunner): Shared {
    const present = this.#current.get(wanted.key);
    if (present?.fingerprint === wanted.fingerprint) return present;
    const shared: Shared = {
      ...wanted,
      runner: make(),
      users: new Set(),
      usedAt: performance.now(),
      timer: null,
    };
    this.#current.set(wanted.key, shared);
    this.#all.add(shared);
    if (present) this.#closeWhenDue(present);
    return shared;
  }

  #hold(shared: Shared, until: AbortSignal, { isUse }: { isUse: boolean }): void {
    if (shared.users.has(until)) return;
    shared.users.add(until);
    const release = (): void => {
      shared.users.delete(until);
      if (isUse) shared.usedAt = performance.now();
      this.#closeWhenDue(shared);
    };
    until.addEventListener("abort", release, { once: true });
  }

  #closeWhenDue(shared: Shared): void {
    if (shared.timer) clearTimeout(shared.timer);
    if (shared.users.size > 0 || !this.#all.has(shared)) return;
    const isReplaced = this.#current.get(shared.key) !== shared;
    if (!isReplaced && shared.idleMs === null) return;
    const dueAt = isReplaced ? 0 : shared.usedAt + (shared.idleMs ?? 0);
    const restMs = dueAt - performance.now();
    if (restMs > 0) {
      shared.timer = setTimeout(() => this.#closeWhenDue(shared), restMs);
      shared.timer.unref();
      return;
    }
    this.#forget(shared);
    void closed(shared.runner);
  }

  #forget(shared: Shared): void {
    if (shared.timer) clearTimeout(shared.timer);
    this.#all.delete(shared);
    if (this.#current.get(shared.key) === shared) this.#current.delete(shared.key);
  }
}

/** Never rejects: nobody waits for a connection that is not needed any more. */
async function closed(opening: Promise<Runner>): Promise<void> {
  try {
    await (await opening).close();
  } catch (error) {
    log().debug({ error: String(error) }, "a runner was not closed in order");
  }
}
