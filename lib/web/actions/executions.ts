"use server";
import { z } from "zod";
import { STATES } from "#lib/core/state.ts";
import { createExecution } from "#lib/executions/create.ts";
import { deleteExecution } from "#lib/executions/delete.ts";
import { earlierRequest } from "#lib/executions/earlier-request.ts";
import { killExecution } from "#lib/executions/kill.ts";
import { lastInputs } from "#lib/executions/last-inputs.ts";
import { listExecutions } from "#lib/executions/read.ts";
import { action } from "#lib/web/action.ts";

const execution = z.object({ id: z.string() });
const moment = z.iso.datetime({ offset: true });

/** Accepts an execution. A FILE input's value is the URI that its upload answered. */
export const executeFlowAction = action(
  z.object({
    namespace: z.string(),
    flowId: z.string(),
    revision: z.int().min(1).optional(),
    inputs: z.record(z.string(), z.union([z.string(), z.array(z.string()), z.boolean(), z.null()])),
    labels: z.record(z.string(), z.string()),
    connectionId: z.string().nullable(),
  }),
  createExecution,
);

/** The inputs of the flow's last execution; null when it has none. */
export const lastInputsAction = action(
  z.object({ namespace: z.string(), flowId: z.string() }),
  async (flow) => ({ inputs: await lastInputs(flow) }),
);

/** What an execution was asked for, so that a form can offer the same again. */
export const earlierRequestAction = action(execution, async ({ id }) => earlierRequest(id));

export const killExecutionAction = action(execution, async ({ id }) => {
  await killExecution(id);
  return null;
});

export const deleteExecutionAction = action(execution, async ({ id }) => {
  await deleteExecution(id);
  return null;
});

export const listExecutionsAction = action(
  z.object({
    filter: z.object({
      namespace: z.string().optional(),
      flowId: z.string().optional(),
      states: z.array(z.enum(STATES)).optional(),
      from: moment.optional(),
      to: moment.optional(),
      text: z.string().optional(),
    }),
    cursor: z.string().nullable(),
  }),
  async ({ filter, cursor }) => listExecutions(filter, cursor),
);
