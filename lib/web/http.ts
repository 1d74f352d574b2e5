import type { ActionError } from "#lib/core/action-result.ts";
import { refusalFrom, statusOf } from "./refusal.ts";

/** What every answer of the API carries: nothing in it is a page, whatever a browser takes it for. */
const SECURITY_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** The only way to make a route: passes its parameters, and maps whatever is thrown. */
export function route<P = Record<string, never>>(
  handle: (request: Request, parameters: P) => Promise<Response>,
): (request: Request, context: { params: Promise<P> }) => Promise<Response> {
  return async (request, context) => {
    const answer = await answerOf(request, async () => handle(request, await context.params));
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      if (!answer.headers.has(name)) answer.headers.set(name, value);
    }
    return answer;
  };
}

async function answerOf(request: Request, handle: () => Promise<Response>): Promise<Response> {
  try {
    return await handle();
  } catch (error) {
    // Nobody is there any more to be told, and nothing is wrong with the server.
    if (request.signal.aborted) return new Response(null, { status: 499 });
    return refusalResponse(
      refusalFrom(error, `${request.method} ${new URL(request.url).pathname}`),
    );
  }
}

/** A refusal in the form of Kestra's API: `{message, _embedded?: {errors: [{path, message}]}}`. */
function refusalResponse(refusal: ActionError): Response {
  const errors = Object.entries(refusal.fields).map(([path, message]) => ({ path, message }));
  const body = {
    message: refusal.message,
    ...(errors.length > 0 && { _embedded: { errors } }),
  };
  return Response.json(body, { status: statusOf(refusal.code) });
}
