import { z } from "zod";
import { readQuery } from "#lib/web/search-params.ts";

export type ApiMethod = "GET" | "POST" | "PUT" | "DELETE";

/** A request that has found its route. */
export interface ApiCall<Q> {
  request: Request;
  /** The values of the path's `{names}`. */
  path: Record<string, string>;
  query: Q;
}

export interface ApiAnswer {
  description: string;
  /** Absent: no body, or one that is not JSON. */
  schema?: z.ZodType;
  contentType?: string;
}

/** One operation of the public API: what serves it and what openapi.json says of it. */
export interface ApiRoute {
  method: ApiMethod;
  /** Below `/api/v1`, e.g. `/executions/{executionId}/kill`. */
  path: string;
  tag: "Flows" | "Executions" | "Logs" | "Metrics";
  summary: string;
  query: z.ZodObject;
  /** Content type of the request's body, and what it is. */
  body: { contentType: string; description: string } | null;
  answers: Record<number, ApiAnswer>;
  handle(request: Request, path: Record<string, string>): Promise<Response>;
}

interface RouteDefinition<Q extends z.ZodObject> {
  tag: ApiRoute["tag"];
  summary: string;
  query?: Q;
  body?: ApiRoute["body"];
  answers: ApiRoute["answers"];
  handle: (call: ApiCall<z.output<Q>>) => Promise<Response>;
}

/** Defines an operation, e.g. `apiRoute("GET /flows/{namespace}", …)`. */
export function apiRoute<Q extends z.ZodObject>(
  operation: `${ApiMethod} /${string}`,
  definition: RouteDefinition<Q>,
): ApiRoute {
  const [method = "", path = ""] = operation.split(" ");
  const { query, body = null, handle, ...rest } = definition;
  return {
    ...rest,
    // The template type of `operation` says that it begins with one.
    method: method as ApiMethod,
    path,
    query: query ?? z.object({}),
    body,
    handle: async (request, parameters) =>
      handle({
        request,
        path: parameters,
        // Without a schema of its own the query's type is that of the empty one.
        query: (query ? readQuery(request, query) : {}) as z.output<Q>,
      }),
  };
}

/** A value of the path that the pattern promises to be there. */
export function parameter(path: Record<string, string>, name: string): string {
  return path[name] ?? "";
}

const asList = (value: unknown): unknown => (typeof value === "string" ? [value] : value);

/** A query parameter that may be given several times. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.preprocess(asList, z.array(item));
}

export const flag = z.stringbool({ truthy: ["true", "1", ""], falsy: ["false", "0"] });

/** Pages count from 1. */
export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).default(1).describe("The page, from 1"),
  size: z.coerce.number().int().min(1).max(200).default(10).describe("Results in a page"),
  sort: listOf(z.string()).optional().describe("Accepted; results come in their own order"),
});

/** The part of a complete list that a page shows, in Kestra's form. */
export function paged<T>(all: T[], { page, size }: { page: number; size: number }) {
  return { results: all.slice((page - 1) * size, page * size), total: all.length };
}
