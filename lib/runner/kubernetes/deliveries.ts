import type { RunnerError } from "../contract.ts";
import { waitingOf } from "../waiting-of.ts";
import { BRINGING, type Wait } from "./waiting-causes.ts";

/** How bringing the input files of pods stands, by their uids: what no pod shows itself. */
export class Deliveries {
  readonly #doneAt = new Map<string, Date | null>();
  readonly #troubles = new Map<string, RunnerError>();

  /** When this process brought the last of them; null: they were there before; undefined: not yet. */
  doneAt(uid: string): Date | null | undefined {
    return this.#doneAt.get(uid);
  }

  /** What the pod waits for while they come. */
  waitOf(uid: string): Wait {
    const trouble = this.#troubles.get(uid);
    if (!trouble) return BRINGING;
    const message = `The input files cannot be brought for now. ${trouble.message}`;
    return { ...BRINGING, waiting: { ...waitingOf(trouble), message } };
  }

  done(uid: string, at: Date | null): void {
    this.#doneAt.set(uid, at);
  }

  /** @returns whether that is news */
  troubled(uid: string, failure: RunnerError | null): boolean {
    const before = this.#troubles.get(uid)?.message;
    if (failure) this.#troubles.set(uid, failure);
    else this.#troubles.delete(uid);
    return before !== failure?.message;
  }

  forget(uid: string): void {
    this.#doneAt.delete(uid);
    this.#troubles.delete(uid);
  }
}
