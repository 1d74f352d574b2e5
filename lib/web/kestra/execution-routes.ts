import { z } from "zod";
import { AppError } from "#lib/core/app-error.ts";
import { isTerminal, STATES } from "#lib/core/state.ts";
import { deleteExecution } from "#lib/executions/delete.ts";
import { killExecution } from "#lib/executions/kill.ts";
import { getExecution } from "#lib/executions/read.ts";
import { followExecution } from "#lib/web/follow-execution.ts";
import { rememberStream } from "#lib/web/live-streams.ts";
import { eventStream } from "#lib/web/sse.ts";
import {
  apiRoute,
  type ApiCall,
  type ApiRoute,
  flag,
  listOf,
  pageQuery,
  parameter,
} from "./api-route.ts";
import { executionJson } from "./execution-json.ts";
import { searchExecutions } from "./search-executions.ts";
import { executionShape, pageShape } from "./shapes.ts";
import { startExecution } from "./start-execution.ts";

const answer = { description: "The execution", schema: executionShape };
const idOf = (path: Record<string, string>): string => parameter(path, "executionId");
const moment = z.iso.datetime({ offset: true, local: true });

const startQuery = z.object({
  labels: listOf(z.string()).default([]).describe("Each `key:value`"),
  wait: flag.default(false).describe("Answer when it has ended"),
  revision: z.coerce.number().int().min(1).optional().describe("The current one by default"),
  connection: z
    .string()
    .optional()
    .describe("Ours: id of the connection to run on; by default what the flow says"),
});

const startDefinition = {
  tag: "Executions",
  query: startQuery,
  body: {
    contentType: "multipart/form-data",
    description:
      "A part for each input, by its id; a file for those of type FILE (or parts `files` whose file name is the input's id). Parts for no input are left out, and the header `podflow-ignored-inputs` names them (percent-encoded)",
  },
  answers: { 200: answer },
  handle: start,
} as const;

const searchQuery = pageQuery.extend({
  q: z.string().optional().describe("Part of an id, a flow, a namespace or a label"),
  namespace: z.string().optional().describe("A namespace with those below it"),
  flowId: z.string().optional(),
  startDate: moment.optional().describe("Made at or after this moment"),
  endDate: moment.optional().describe("Made before this moment"),
  state: listOf(z.enum(STATES)).optional(),
  labels: listOf(z.string()).default([]).describe("Each `key:value`"),
});
const searchAnswers = {
  200: { description: "A page, the newest first", schema: pageShape(executionShape) },
};

export const executionRoutes: ApiRoute[] = [
  apiRoute("POST /executions/{namespace}/{id}", {
    ...startDefinition,
    summary: "Create an execution of a flow",
  }),
  apiRoute("POST /executions/trigger/{namespace}/{id}", {
    ...startDefinition,
    summary: "Create an execution of a flow (older path)",
  }),
  apiRoute("GET /executions/search", {
    tag: "Executions",
    summary: "Search for executions",
    query: searchQuery,
    answers: searchAnswers,
    handle: async ({ query }) => Response.json(await searchExecutions(query)),
  }),
  apiRoute("GET /executions", {
    tag: "Executions",
    summary: "List the executions of a flow",
    query: searchQuery.required({ namespace: true, flowId: true }),
    answers: searchAnswers,
    handle: async ({ query }) => Response.json(await searchExecutions(query)),
  }),
  apiRoute("GET /executions/{executionId}", {
    tag: "Executions",
    summary: "Get an execution",
    answers: { 200: answer },
    handle: async ({ path }) => Response.json(executionJson(await getExecution(idOf(path)))),
  }),
  apiRoute("GET /executions/{executionId}/follow", {
    tag: "Executions",
    summary: "Follow an execution by server-sent events until it has ended",
    answers: {
      200: {
        description: "The execution after every change; the ids are `progress` and at last `end`",
        contentType: "text/event-stream",
      },
    },
    handle: follow,
  }),
  apiRoute("DELETE /executions/{executionId}/kill", {
    tag: "Executions",
    summary: "Kill an execution",
    answers: {
      202: { description: "Its end was asked for" },
      409: { description: "It has ended already" },
    },
    handle: async ({ path }) => {
      await killExecution(idOf(path));
      return new Response(null, { status: 202 });
    },
  }),
  apiRoute("DELETE /executions/{executionId}", {
    tag: "Executions",
    summary: "Delete an ended execution with its log and files",
    answers: { 204: { description: "It is deleted" } },
    handle: async ({ path }) => {
      await deleteExecution(idOf(path));
      return new Response(null, { status: 204 });
    },
  }),
];

async function start({
  request,
  path,
  query,
}: ApiCall<z.output<typeof startQuery>>): Promise<Response> {
  const { id, leftOut } = await startExecution(request, {
    namespace: parameter(path, "namespace"),
    flowId: parameter(path, "id"),
    labels: query.labels,
    ...(query.revision !== undefined && { revision: query.revision }),
    ...(query.connection !== undefined && { connection: query.connection }),
  });
  if (query.wait) await untilEnded(id, request.signal);
  // Names are any text, and headers are not.
  const ignored = leftOut.map((name) => encodeURIComponent(name)).join(", ");
  const headers = new Headers(ignored === "" ? {} : { "podflow-ignored-inputs": ignored });
  return Response.json(executionJson(await getExecution(id)), { headers });
}

/** @throws AppError `unavailable` when this server ends before the execution does */
async function untilEnded(id: string, left: AbortSignal): Promise<void> {
  const ending = new AbortController();
  const message = `The server ends; the execution ${id} goes on. Ask for it again by its id.`;
  const forget = rememberStream(() => ending.abort(new AppError("unavailable", message)));
  try {
    for await (const _ of followExecution(id, AbortSignal.any([left, ending.signal])));
  } finally {
    forget();
  }
}

async function follow({ request, path }: ApiCall<unknown>): Promise<Response> {
  const id = idOf(path);
  await getExecution(id);
  return eventStream(request, async (send, signal) => {
    for await (const _ of followExecution(id, signal)) {
      const data = executionJson(await getExecution(id));
      await send({ id: "progress", data });
      if (isTerminal(data.state.current)) return send({ id: "end", data });
    }
  });
}
