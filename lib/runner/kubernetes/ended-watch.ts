import { MAIN, statusOf } from "./pod.ts";
import type { PodWatch } from "./pod-watch.ts";

/** Tells when the watch shows that a pod's main has ended, or that the pod is gone. */
export class EndedWatch {
  #isSeen = false;
  // Not one promise that lasts as long as the log: each look at it would stay in memory.
  #tell = (): void => undefined;
  readonly close: () => void;

  constructor(watch: PodWatch, pod: string) {
    const check = (): void => {
      const seen = watch.get(pod);
      this.#isSeen ||= !seen || statusOf(seen, MAIN)?.state?.terminated !== undefined;
      if (this.#isSeen) this.#tell();
    };
    this.close = watch.listen(pod, check);
    check();
  }

  /** What comes first: that end, unless it is to be passed over, another event, or so many milliseconds. */
  first(
    other: Promise<unknown>,
    { waitMs, passesEnd }: { waitMs: number | null; passesEnd: boolean },
  ): Promise<"end" | "other" | "time"> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const done = (event: "end" | "other" | "time"): void => {
        clearTimeout(timer);
        resolve(event);
      };
      this.#tell = () => (passesEnd ? undefined : done("end"));
      if (this.#isSeen && !passesEnd) return done("end");
      if (waitMs !== null) timer = setTimeout(() => done("time"), waitMs);
      const came = (): void => done("other");
      other.then(came, came);
    });
  }
}

/** The next chunk of an answer, which may be waited for among other events. */
export class Arrival {
  readonly #chunks: AsyncIterator<Buffer>;
  #next: Promise<void> | null = null;
  #result: IteratorResult<Buffer> | null = null;
  #failure: { error: unknown } | null = null;

  constructor(chunks: AsyncIterator<Buffer>) {
    this.#chunks = chunks;
  }

  /** Resolves when it is there, or is known not to come. */
  get next(): Promise<void> {
    this.#next ??= this.#chunks.next().then(
      (result) => void (this.#result = result),
      (error: unknown) => void (this.#failure = { error }),
    );
    return this.#next;
  }

  /** Resolves when it or the other event is there. */
  orElse(other: Promise<unknown> | null): Promise<unknown> {
    return other ? Promise.race([this.next, other]) : this.next;
  }

  /** The chunk, if it is there; then the next one is waited for. @throws what kept it from coming */
  take(): IteratorResult<Buffer> | null {
    if (this.#failure) throw this.#failure.error;
    const result = this.#result;
    if (result) [this.#result, this.#next] = [null, null];
    return result;
  }
}

/** Whether the event comes within so many milliseconds. */
export async function isWithin(event: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, limitMs));
  });
  const came = event.then(
    () => true,
    () => true,
  );
  return Promise.race([came, late]).finally(() => clearTimeout(timer));
}
