import { z } from "zod";
import { LOG_LEVELS, type LogLine } from "#lib/core/log-line.ts";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { streamLog } from "#lib/executions/read-log.ts";
import { getExecution } from "#lib/executions/read.ts";
import { followLog } from "#lib/web/follow-log.ts";
import { logDownload, rawLogDownload } from "#lib/web/log-download.ts";
import { pulledStream } from "#lib/web/pulled-stream.ts";
import { eventStream } from "#lib/web/sse.ts";
import { apiRoute, type ApiRoute, parameter } from "./api-route.ts";
import { logEntryShape } from "./shapes.ts";

const level = z.enum(LOG_LEVELS).optional().describe("This level and worse");
const filterQuery = z.object({
  minLevel: level,
  taskRunId: z.string().optional(),
  taskId: z.string().optional(),
  attempt: z.coerce.number().int().min(0).optional().describe("From 0"),
});
const executionOf = (path: Record<string, string>): Promise<ExecutionView> =>
  getExecution(parameter(path, "executionId"));

export const logRoutes: ApiRoute[] = [
  apiRoute("GET /logs/{executionId}", {
    tag: "Logs",
    summary: "Get an execution's log",
    query: filterQuery,
    answers: { 200: { description: "Every line that matches", schema: z.array(logEntryShape) } },
    handle: async ({ path, query: { taskId, ...filter } }) => {
      const execution = await executionOf(path);
      const entries = async function* () {
        for await (const lines of streamLog(execution.id, filter)) {
          yield lines
            .filter((line) => taskId === undefined || line.taskId === taskId)
            .map((line) => entryJson(execution, line));
        }
      };
      return new Response(
        pulledStream(() => jsonArray(entries())),
        { headers: { "content-type": "application/json" } },
      );
    },
  }),
  apiRoute("GET /logs/{executionId}/download", {
    tag: "Logs",
    summary: "Download an execution's log as text",
    query: filterQuery.extend({
      raw: z
        .enum(["true", "false"])
        .optional()
        .describe(
          "The bytes as they were printed, without times and levels: what a seal's hash is of",
        ),
    }),
    answers: { 200: { description: "The lines that match", contentType: "text/plain" } },
    handle: async ({ path, query: { taskId, raw, ...filter } }) => {
      const { id } = await executionOf(path);
      return (raw === "true" ? rawLogDownload : logDownload)(id, filter, taskId);
    },
  }),
  apiRoute("GET /logs/{executionId}/follow", {
    tag: "Logs",
    summary: "Follow an execution's log by server-sent events until it has ended",
    query: z.object({ minLevel: level }),
    answers: {
      200: {
        description: "One line in each event; the ids are `progress` and at last `end`",
        contentType: "text/event-stream",
      },
    },
    handle: async ({ request, path, query: { minLevel = "TRACE" } }) => {
      const execution = await executionOf(path);
      const levels = LOG_LEVELS.slice(LOG_LEVELS.indexOf(minLevel));
      return eventStream(request, async (send, signal) => {
        for await (const lines of followLog(execution.id, signal)) {
          for (const line of lines) {
            if (!levels.includes(line.level)) continue;
            await send({ id: "progress", data: entryJson(execution, line) });
          }
        }
        await send({ id: "end", data: {} });
      });
    },
  }),
];

function entryJson(
  { id, namespace, flowId }: ExecutionView,
  line: LogLine,
): z.infer<typeof logEntryShape> {
  return {
    namespace,
    flowId,
    executionId: id,
    ...(line.taskId !== null && { taskId: line.taskId }),
    ...(line.taskRunId !== null && { taskRunId: line.taskRunId }),
    ...(line.attemptNumber !== null && { attemptNumber: line.attemptNumber }),
    timestamp: line.time,
    level: line.level,
    message: line.text,
  };
}

/** A JSON array, written while its items come. */
async function* jsonArray(batches: AsyncIterable<unknown[]>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let opening = "[";
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    yield encoder.encode(opening + batch.map((item) => JSON.stringify(item)).join(","));
    opening = ",";
  }
  yield encoder.encode(opening === "[" ? "[]" : "]");
}
