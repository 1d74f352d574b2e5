import type { Failure } from "#lib/core/failure.ts";
import type { AttemptEnd } from "#lib/executions/attempt-end.ts";

/** How an attempt ended, before its log is sealed. */
export interface UnsealedEnd extends Omit<AttemptEnd, "seal"> {
  /** What a person should know of a success; the log says so. */
  remark?: Words | null;
}

type Words = Pick<Failure, "message" | "remedy">;

/** How an attempt ended, and what is left to do once that is recorded. */
export interface Finished {
  end: UnsealedEnd;
  cleanUp: (() => Promise<void>) | null;
}
