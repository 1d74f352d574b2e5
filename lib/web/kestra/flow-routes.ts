import { z } from "zod";
import { AppError } from "#lib/core/app-error.ts";
import { deleteFlow } from "#lib/flows/delete.ts";
import { getFlow, listFlows, listNamespaces, listRevisions } from "#lib/flows/read.ts";
import { saveFlow } from "#lib/flows/save.ts";
import { apiRoute, type ApiRoute, flag, paged, pageQuery, parameter } from "./api-route.ts";
import { flowJson } from "./flow-json.ts";
import { readFlowSource, updateSource, validateSources } from "./flow-source.ts";
import { matchingLines } from "./matching-lines.ts";
import { flowShape, pageShape, validationShape } from "./shapes.ts";

const YAML = { contentType: "application/x-yaml", description: "The flow's YAML, or it as JSON" };
const flowAnswer = { description: "The flow", schema: flowShape };
const key = (path: Record<string, string>) => ({
  namespace: parameter(path, "namespace"),
  id: parameter(path, "id"),
});
const filterQuery = pageQuery.extend({
  q: z.string().optional().describe("Part of the id, the description or the source"),
  namespace: z.string().optional().describe("A namespace with those below it"),
});

export const flowRoutes: ApiRoute[] = [
  apiRoute("POST /flows", {
    tag: "Flows",
    summary: "Create a flow",
    body: YAML,
    answers: { 200: flowAnswer },
    handle: async ({ request }) => {
      const saved = await saveFlow(await readFlowSource(request), "new").catch(asDuplicate);
      return Response.json(flowJson(await getFlow(saved), true));
    },
  }),
  apiRoute("POST /flows/validate", {
    tag: "Flows",
    summary: "Validate flows without saving them",
    body: { ...YAML, description: "Flows, each after a line `---`" },
    answers: { 200: { description: "One result for each", schema: z.array(validationShape) } },
    handle: async ({ request }) =>
      Response.json(await validateSources(await readFlowSource(request))),
  }),
  apiRoute("GET /flows/search", {
    tag: "Flows",
    summary: "Search for flows",
    query: filterQuery,
    answers: { 200: { description: "A page of flows", schema: pageShape(flowShape) } },
    handle: async ({ query }) => {
      const page = paged(await listFlows({ text: query.q, namespace: query.namespace }), query);
      const flows = await Promise.all(page.results.map((flow) => getFlow(flow)));
      return Response.json({ ...page, results: flows.map((flow) => flowJson(flow, false)) });
    },
  }),
  apiRoute("GET /flows/source", {
    tag: "Flows",
    summary: "Search in the sources of flows",
    query: filterQuery,
    answers: {
      200: {
        description: "Flows with the lines that match",
        schema: pageShape(z.object({ model: flowShape, fragments: z.array(z.string()) })),
      },
    },
    handle: async ({ query }) => {
      const page = paged(await listFlows({ text: query.q, namespace: query.namespace }), query);
      const flows = await Promise.all(page.results.map((flow) => getFlow(flow)));
      const results = flows.map((flow) => ({
        model: flowJson(flow, false),
        fragments: matchingLines(flow.source, query.q ?? ""),
      }));
      return Response.json({ ...page, results });
    },
  }),
  apiRoute("GET /flows/distinct-namespaces", {
    tag: "Flows",
    summary: "List the namespaces that have flows",
    answers: { 200: { description: "Namespaces", schema: z.array(z.string()) } },
    handle: async () => Response.json(await listNamespaces()),
  }),
  apiRoute("GET /flows/{namespace}", {
    tag: "Flows",
    summary: "List the flows of a namespace",
    answers: { 200: { description: "Flows", schema: z.array(flowShape) } },
    handle: async ({ path }) => {
      const namespace = parameter(path, "namespace");
      const found = await listFlows({ namespace });
      const flows = found.filter((flow) => flow.namespace === namespace);
      const all = await Promise.all(flows.map((flow) => getFlow({ namespace, id: flow.id })));
      return Response.json(all.map((flow) => flowJson(flow, false)));
    },
  }),
  apiRoute("GET /flows/{namespace}/{id}", {
    tag: "Flows",
    summary: "Get a flow",
    query: z.object({
      source: flag.default(false).describe("With its YAML"),
      revision: z.coerce.number().int().min(1).optional().describe("The current one by default"),
    }),
    answers: { 200: flowAnswer },
    handle: async ({ path, query }) =>
      Response.json(
        flowJson(await getFlow({ ...key(path), revision: query.revision }), query.source),
      ),
  }),
  apiRoute("PUT /flows/{namespace}/{id}", {
    tag: "Flows",
    summary: "Update a flow",
    body: YAML,
    answers: { 200: flowAnswer },
    handle: async ({ request, path }) => {
      const saved = await updateSource(key(path), await readFlowSource(request));
      return Response.json(flowJson(await getFlow(saved), true));
    },
  }),
  apiRoute("DELETE /flows/{namespace}/{id}", {
    tag: "Flows",
    summary: "Delete a flow",
    answers: { 204: { description: "It is deleted" } },
    handle: async ({ path }) => {
      await deleteFlow(key(path));
      return new Response(null, { status: 204 });
    },
  }),
  apiRoute("GET /flows/{namespace}/{id}/revisions", {
    tag: "Flows",
    summary: "List the revisions of a flow, the oldest first",
    answers: { 200: { description: "Revisions", schema: z.array(flowShape) } },
    handle: async ({ path }) => {
      const revisions = (await listRevisions(key(path))).toReversed();
      const flows = await Promise.all(
        revisions.map(({ revision }) => getFlow({ ...key(path), revision })),
      );
      return Response.json(flows.map((flow) => flowJson(flow, true)));
    },
  }),
];

/** Kestra answers a second creation with 422, and clients go on to update. */
function asDuplicate(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== "conflict") throw error;
  throw new AppError("invalid", error.message, {
    fields: { "flow.id": "Flow id already exists" },
    cause: error,
  });
}
