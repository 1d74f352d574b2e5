import { ActionFailure } from "./query-client.ts";

const REFUSED =
  "Podflow answered with an error. Load the page again; if it stays, look at its log.";

/** Whether the answer to a refused request says why, as all of ours do. */
function saysWhy(body: unknown): body is { message: string } {
  return (
    typeof body === "object" &&
    body !== null &&
    "message" in body &&
    typeof body.message === "string"
  );
}

/**
 * What one of our own addresses answers to a GET. The caller says the type: it is the server's
 * promise for that path.
 * @throws ActionFailure when the server refuses, with what it says
 */
export async function fetchJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const headers = { accept: "application/json" };
  return answerOf(await fetch(path, { headers, ...(signal === undefined ? {} : { signal }) }));
}

/**
 * What one of our own addresses answers to a question that is too long for a GET. Unlike a server
 * action it can be given up, and keeps no other waiting.
 * @throws ActionFailure when the server refuses, with what it says
 */
export async function postJson<T>(path: string, body: unknown, signal: AbortSignal): Promise<T> {
  const headers = { accept: "application/json", "content-type": "application/json" };
  return answerOf(
    await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal }),
  );
}

async function answerOf<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T;
  const body: unknown = await response.json().catch(() => null);
  const message = saysWhy(body) ? body.message : REFUSED;
  throw new ActionFailure({ code: "internal", message, fields: {} });
}
