/** SQLSTATEs and socket errors of a database that is away, starting, ending, or without room. */
const AWAY = new Set([
  "57P01",
  "57P02",
  "57P03",
  "53100",
  "53300",
  "08000",
  "08001",
  "08003",
  "08006",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "P1001",
  "P1002",
  "P1017",
]);
/** A serialisation failure or a deadlock: the same transaction may succeed now. */
const CONFLICT = new Set(["40001", "40P01", "P2034"]);
// pg gives these no code, and Prisma wraps others in codes of its own.
const AWAY_TEXT =
  /can't reach database server|terminating connection|the database system is|connection terminated|timeout exceeded when trying to connect|unable to start a transaction in the given time|client has encountered a connection error|connection ended unexpectedly|server closed the connection/i;

/** Whether the database is away for now, so that the same call may succeed later. */
export function isOutage(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    const code = "code" in each ? String(each.code) : "";
    if (AWAY.has(code) || CONFLICT.has(code) || AWAY_TEXT.test(each.message)) return true;
    if (each instanceof AggregateError && each.errors.some(isOutage)) return true;
  }
  return false;
}
