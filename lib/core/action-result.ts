import type { AppErrorCode } from "./app-error.ts";

/** Why an action did nothing. `fields` has one message for each field that is wrong, by its name. */
export interface ActionError {
  code: AppErrorCode | "internal";
  /** What happened, to what, what to do now: fit to be shown as it is. */
  message: string;
  fields: Record<string, string>;
}

/** What every server action answers: actions never throw across the wire. */
export type ActionResult<T> = { ok: true; data: T } | { ok: false; error: ActionError };
