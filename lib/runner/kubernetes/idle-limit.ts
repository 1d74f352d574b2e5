import type { Readable } from "node:stream";

/** A watch has a bookmark about every minute; a log is opened again, which costs nothing. */
export const IDLE_MS = 100_000;

/**
 * The chunks of a body that breaks when it has been silent for too long, because a connection can
 * die without a word. The reader's own slowness does not count.
 */
export async function* withIdleLimit(body: Readable, idleMs: number): AsyncIterable<Buffer> {
  const iterator: AsyncIterator<Buffer> = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = setTimeout(() => body.destroy(new SilentError(idleMs)), idleMs);
      let next: IteratorResult<Buffer>;
      try {
        next = await iterator.next();
      } finally {
        clearTimeout(timer);
      }
      if (next.done) return;
      yield next.value;
    }
  } finally {
    body.destroy();
  }
}

export class SilentError extends Error {
  override readonly name = "SilentError";
  constructor(idleMs: number) {
    super(`The connection was silent for ${idleMs / 1000} s.`);
  }
}
