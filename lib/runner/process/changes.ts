import { type FSWatcher, watch } from "node:fs";

/** Where the system does not report changes (too many watches, a network disk) we look this often. */
const SLOW_LOOK_MS = 1000;
const BLIND_LOOK_MS = 200;

/** Wakes one reader whenever something in a folder, or a file, changes. */
export class Changes {
  readonly #watchers: FSWatcher[] = [];
  #lookMs = SLOW_LOOK_MS;
  #hasChanged = false;
  #wake: (() => void) | null = null;

  constructor(...paths: string[]) {
    for (const path of paths) this.#watch(path);
  }

  /**
   * Resolves when something has changed since the last call, and after a second at the latest.
   * @throws the signal's reason when it is aborted
   */
  async next(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#hasChanged) await this.#sleep(signal);
    signal.throwIfAborted();
    this.#hasChanged = false;
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }

  #watch(path: string): void {
    try {
      const watcher = watch(path, { persistent: false }, () => this.#change());
      watcher.on("error", () => this.#goBlind());
      this.#watchers.push(watcher);
    } catch {
      // Not there (any more), or no watch left to have: looking now and then does it as well.
      this.#goBlind();
    }
  }

  #goBlind(): void {
    this.#lookMs = BLIND_LOOK_MS;
    this.#change();
  }

  #change(): void {
    this.#hasChanged = true;
    this.#wake?.();
  }

  #sleep(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, this.#lookMs);
      signal.addEventListener("abort", done, { once: true });
      this.#wake = done;
    });
  }
}
