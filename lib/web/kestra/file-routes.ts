import { z } from "zod";
import { findFile } from "#lib/executions/read-files.ts";
import { fileResponse } from "#lib/web/download.ts";
import { apiRoute, type ApiRoute, parameter } from "./api-route.ts";

const query = z.object({ path: z.string().min(1).describe("The file's `kestra:///…` URI") });

export const fileRoutes: ApiRoute[] = [
  apiRoute("GET /executions/{executionId}/file", {
    tag: "Executions",
    summary: "Download a file of an execution",
    query,
    answers: {
      200: { description: "The file's bytes", contentType: "application/octet-stream" },
      206: { description: "The part that `Range` asks for" },
    },
    handle: async ({ request, path, query: { path: uri } }) =>
      fileResponse(request, await findFile(parameter(path, "executionId"), uri)),
  }),
  apiRoute("GET /executions/{executionId}/file/metas", {
    tag: "Executions",
    summary: "Get the size of a file of an execution",
    query,
    answers: {
      200: { description: "Its size in bytes", schema: z.object({ size: z.int() }) },
    },
    handle: async ({ path, query: { path: uri } }) => {
      const { size } = await findFile(parameter(path, "executionId"), uri);
      return Response.json({ size });
    },
  }),
];
