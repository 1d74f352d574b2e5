import { z } from "zod";
import type { ApiAnswer, ApiRoute } from "./api-route.ts";
import { errorShape } from "./shapes.ts";

/** What openapi.json says, made from the table of operations that also serves them. */
export function openApi(routes: readonly ApiRoute[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const operations = (paths[`/api/v1${route.path}`] ??= {});
    operations[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Podflow",
      version: "1",
      description:
        "The paths and forms of Kestra 0.16 to 0.19. Every path works below /api/v1/main/ too.",
    },
    paths,
  };
}

function operation(route: ApiRoute): object {
  return {
    operationId: `${route.method.toLowerCase()}${route.path.replaceAll(/[^a-zA-Z]+(.)?/g, (_, next: string | undefined) => (next ?? "").toUpperCase())}`,
    tags: [route.tag],
    summary: route.summary,
    parameters: [...pathParameters(route), ...queryParameters(route)],
    ...(route.body && {
      requestBody: {
        description: route.body.description,
        content: { [route.body.contentType]: { schema: bodySchema(route.body.contentType) } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, answer]) => [status, response(answer)]),
      ),
      default: response({ description: "Why it was refused", schema: errorShape }),
    },
  };
}

function pathParameters({ path }: ApiRoute): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters({ query }: ApiRoute): object[] {
  return Object.entries(query.shape).map(([name, schema]) => ({
    name,
    in: "query",
    required: !z.safeParse(schema, undefined).success,
    schema: jsonSchema(schema),
    ...(z.globalRegistry.get(schema)?.description && {
      description: z.globalRegistry.get(schema)?.description,
    }),
  }));
}

function bodySchema(contentType: string): object {
  return contentType === "multipart/form-data"
    ? { type: "object", additionalProperties: true }
    : { type: "string" };
}

function response({ description, schema, contentType }: ApiAnswer): object {
  if (schema) {
    return { description, content: { "application/json": { schema: jsonSchema(schema) } } };
  }
  if (!contentType) return { description };
  return { description, content: { [contentType]: { schema: { type: "string" } } } };
}

function jsonSchema(schema: z.core.$ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    unrepresentable: "any",
    override: ({ jsonSchema: made }) => {
      // That a number of JSON is a safe one is no limit of ours.
      if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
      if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
    },
  });
  // zod hides a function in what it returns; the answer is plain JSON.
  const plain: object = JSON.parse(JSON.stringify(rest));
  return plain;
}
