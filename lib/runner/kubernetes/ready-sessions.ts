import type { RunHandle } from "../contract.ts";
import { FileSession } from "./file-session.ts";
import { execInHelper, type HelperTools } from "./helper-exec.ts";
import { HELPER } from "./pod.ts";

/**
 * Conversations about output files that are opened while the program still runs, so that at its
 * end the first answer takes milliseconds. They are only a head start: whatever goes wrong here
 * goes unsaid, and `collect` opens its own.
 */
export class ReadySessions {
  readonly #sessions = new Map<string, Promise<FileSession | null>>();
  readonly #ended = new AbortController();

  prepare(tools: HelperTools, handle: RunHandle): void {
    if (this.#sessions.has(handle.uid)) return;
    const { signal } = this.#ended;
    const opening = FileSession.open((command) =>
      execInHelper(tools, handle, { container: HELPER, command, signal }),
    );
    this.#sessions.set(
      handle.uid,
      opening.catch(() => null),
    );
  }

  /** Hands it over; null when there is none. */
  async take(handle: RunHandle): Promise<FileSession | null> {
    const session = this.#sessions.get(handle.uid);
    this.#sessions.delete(handle.uid);
    return (await session) ?? null;
  }

  async drop(uid: string): Promise<void> {
    const session = await this.#sessions.get(uid);
    this.#sessions.delete(uid);
    session?.close();
  }

  close(): void {
    this.#ended.abort(new Error("The runner was closed."));
    this.#sessions.clear();
  }
}
