import { z } from "zod";
import { log } from "#lib/config/log.ts";
import type { ActionError } from "#lib/core/action-result.ts";
import { AppError, HTTP_STATUS } from "#lib/core/app-error.ts";
import { newId } from "#lib/core/id.ts";
import { isOutage } from "#lib/store/outage.ts";

/**
 * What to tell the caller of a request that failed with `error`. Refusals (AppError, a malformed
 * request) say themselves why; anything else is logged here, once, under an id that the caller is
 * given instead of the text. `what` names the request for the log.
 */
export function refusalFrom(error: unknown, what: string): ActionError {
  if (error instanceof AppError) {
    return { code: error.code, message: error.message, fields: error.fields };
  }
  if (error instanceof z.ZodError) return malformed(error);
  const unstorable = whyUnstorable(error);
  if (unstorable !== null) return { code: "malformed", message: unstorable, fields: {} };
  const requestId = newId();
  if (isOutage(error)) {
    log().warn({ error: String(error), requestId, what }, "the database is away");
    const message =
      "The database does not answer just now. Nothing was changed; try again in a moment.";
    return { code: "unavailable", message: `${message} (request ${requestId})`, fields: {} };
  }
  log().error({ err: error, requestId, what }, "a request failed");
  const message = `Something failed on the server that should not. Its log says what, under request ${requestId}.`;
  return { code: "internal", message, fields: {} };
}

/** The HTTP status of a refusal. */
export function statusOf(code: ActionError["code"]): number {
  return code === "internal" ? 500 : HTTP_STATUS[code];
}

function malformed(error: z.ZodError): ActionError {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) fields[issue.path.join(".")] ??= issue.message;
  const [name, reason] = Object.entries(fields)[0] ?? ["", "it cannot be read"];
  const message = name === "" ? `The request cannot be used: ${reason}.` : `${name}: ${reason}.`;
  return { code: "malformed", message, fields };
}

const NUL = "A text of the request has a NUL character, which cannot be kept. Remove it.";
const NUMBER = "A number of the request is larger than any that there is. Correct it.";
const DATE = "A date of the request is none that there is. Correct it.";
/** PostgreSQL's refusals of what a request has in it, by SQLSTATE. */
const UNSTORABLE: Record<string, string> = {
  "22021": NUL,
  "22P05": NUL,
  "22003": NUMBER,
  "22007": DATE,
  "22008": DATE,
};

/** What of the request the database cannot take; null when that is not why it failed. */
function whyUnstorable(error: unknown): string | null {
  for (let each = error; each instanceof Error; each = each.cause) {
    const why = "code" in each ? UNSTORABLE[String(each.code)] : undefined;
    if (why !== undefined) return why;
    // As Prisma passes it on.
    if (/invalid byte sequence for encoding "UTF8": 0x00/.test(each.message)) return NUL;
  }
  return null;
}
