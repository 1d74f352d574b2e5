import type { Pod } from "./pod.ts";

const KEPT = 500;

/** How pods looked when they ended, for those that ask about them when they are gone. */
export class LastSights {
  readonly #pods = new Map<string, Pod>();

  keep(pod: Pod): void {
    this.#pods.set(pod.metadata.uid, pod);
    const [oldest] = this.#pods.keys();
    if (oldest !== undefined && this.#pods.size > KEPT) this.#pods.delete(oldest);
  }

  get(uid: string): Pod | null {
    return this.#pods.get(uid) ?? null;
  }

  forget(uid: string): void {
    this.#pods.delete(uid);
  }
}
