import { getExecution } from "#lib/executions/read.ts";
import { apiRoute, type ApiRoute, paged, pageQuery, parameter } from "./api-route.ts";
import { metricShape, pageShape } from "./shapes.ts";

export const metricRoutes: ApiRoute[] = [
  apiRoute("GET /metrics/{executionId}", {
    tag: "Metrics",
    summary: "List the metrics that an execution's tasks have sent",
    query: pageQuery,
    answers: { 200: { description: "A page of metrics", schema: pageShape(metricShape) } },
    handle: async ({ path, query }) => {
      const { id, namespace, flowId, metrics } = await getExecution(parameter(path, "executionId"));
      const all = metrics.map((metric) => ({ namespace, flowId, executionId: id, ...metric }));
      return Response.json(paged(all, query));
    },
  }),
];
