"use server";
import { z } from "zod";
import { deleteFlow } from "#lib/flows/delete.ts";
import { validateSource } from "#lib/flows/read-source.ts";
import { getFlow, listFlows, listNamespaces, listRevisions } from "#lib/flows/read.ts";
import { saveFlow } from "#lib/flows/save.ts";
import { action } from "#lib/web/action.ts";

const flow = z.object({ namespace: z.string(), id: z.string() });
const revision = z.int().min(1);

/** Saves a source as the next revision of the flow it names. `expected`: what the editor shows, null for a new flow. */
export const saveFlowAction = action(
  z.object({ source: z.string(), expected: flow.extend({ revision }).nullable() }),
  async ({ source, expected }) => saveFlow(source, expected ?? "new"),
);

/** What the validator says of a source, and the inputs it asks for. */
export const validateFlowAction = action(z.object({ source: z.string() }), async ({ source }) =>
  validateSource(source),
);

export const deleteFlowAction = action(flow, async (key) => {
  await deleteFlow(key);
  return null;
});

export const listFlowsAction = action(
  z.object({ text: z.string().optional(), namespace: z.string().optional() }),
  async (filter) => {
    const [flows, namespaces] = await Promise.all([listFlows(filter), listNamespaces()]);
    return { flows, namespaces };
  },
);

export const listRevisionsAction = action(flow, listRevisions);

export const readRevisionAction = action(flow.extend({ revision }), async (key) => {
  const { source } = await getFlow(key);
  return { source };
});
