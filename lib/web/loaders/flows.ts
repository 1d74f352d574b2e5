import "server-only";
import { connection } from "next/server";
import { cache } from "react";
import type { FlowSummary, FlowView } from "#lib/core/flow-view.ts";
import { flowJsonSchema } from "#lib/flow/json-schema.ts";
import { getFlow, listFlows, listNamespaces } from "#lib/flows/read.ts";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { orNotFound } from "./or-not-found.ts";

/** The flows that match, and every namespace there is. */
export async function loadFlows(filter: {
  text?: string;
  namespace?: string;
}): Promise<{ flows: FlowSummary[]; namespaces: string[] }> {
  await connection();
  const [flows, namespaces] = await Promise.all([listFlows(filter), listNamespaces()]);
  return { flows, namespaces };
}

/** The current revision of a flow, read once for a page; Next's not-found page when there is none. */
export const loadFlow = cache(async (namespace: string, id: string): Promise<FlowView> => {
  await connection();
  return orNotFound(getFlow({ namespace, id }));
});

/** The JSON Schema of flows for the editor, as plain JSON. */
export async function loadFlowSchema(): Promise<object> {
  // zod hides a function in the schemas that it makes, and props of client components are plain data.
  const plain: object = JSON.parse(JSON.stringify(flowJsonSchema(catalogue)));
  return plain;
}
