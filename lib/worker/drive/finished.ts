import type { AttemptEnd } from "#lib/executions/attempt-end.ts";

/** How an attempt ended, before its log is sealed. */
export type UnsealedEnd = Omit<AttemptEnd, "seal">;

/** How an attempt ended, and what is left to do once that is recorded. */
export interface Finished {
  end: UnsealedEnd;
  cleanUp: (() => Promise<void>) | null;
}
