import { AppError } from "#lib/core/app-error.ts";
import type { ApiRoute } from "./api-route.ts";
import { executionRoutes } from "./execution-routes.ts";
import { fileRoutes } from "./file-routes.ts";
import { flowRoutes } from "./flow-routes.ts";
import { logRoutes } from "./log-routes.ts";
import { metricRoutes } from "./metric-routes.ts";
import { laterOperation } from "./later-operations.ts";
import { openApi } from "./open-api.ts";

const BASE = "/api/v1";

/** Every operation of the public API. */
const apiRoutes: readonly ApiRoute[] = [
  ...flowRoutes,
  ...executionRoutes,
  ...fileRoutes,
  ...logRoutes,
  ...metricRoutes,
];

/**
 * Answers a request below `/api/v1` by the operation that fits it best: a word of the path counts
 * more than a `{name}`.
 * @throws AppError `not-found` when none fits
 */
export async function dispatch(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const segments = pathname
    .slice(BASE.length)
    .split("/")
    .filter((segment) => segment !== "")
    .map(decode);
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (method === "GET" && segments.join("/") === "openapi.json") {
    return Response.json(openApi(apiRoutes));
  }
  const later = laterOperation(method, segments);
  if (later !== null) {
    throw new AppError("not-found", `${later} not supported yet (${method} ${pathname}).`);
  }
  const fitting = apiRoutes
    .map((route) => ({ route, path: match(route, segments) }))
    .filter(({ path }) => path !== null)
    .toSorted((a, b) => namesIn(a.route) - namesIn(b.route));
  const found = fitting.find(({ route }) => route.method === method);
  if (found) return found.route.handle(request, found.path ?? {});
  const allowed = [...new Set(fitting.map(({ route }) => route.method))];
  if (allowed.length === 0) {
    throw new AppError(
      "not-found",
      `There is nothing at ${pathname}. ${BASE}/openapi.json lists every operation.`,
    );
  }
  const message = `${request.method} is not possible at ${pathname}; possible: ${allowed.join(", ")}.`;
  return Response.json({ message }, { status: 405, headers: { allow: allowed.join(", ") } });
}

/** The values of the route's `{names}`; null when the path does not fit. */
function match(route: ApiRoute, segments: string[]): Record<string, string> | null {
  const pattern = route.path.split("/").slice(1);
  if (pattern.length !== segments.length) return null;
  const values: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? "";
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name !== undefined) values[name] = segment;
    else if (part !== segment) return null;
  }
  return values;
}

function namesIn(route: ApiRoute): number {
  return route.path.split("{").length;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new AppError("malformed", `The path has a broken escape: ${segment.slice(0, 100)}`, {
      cause,
    });
  }
}
