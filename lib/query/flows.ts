import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { ExecutionSummary } from "#lib/core/execution-view.ts";
import type { FlowSummary, InputView, Problem } from "#lib/core/flow-view.ts";
import { isTerminal, LIVE_STATES } from "#lib/core/state.ts";
import {
  earlierRequestAction,
  lastInputsAction,
  listExecutionsAction,
} from "#lib/web/actions/executions.ts";
import {
  listFlowsAction,
  listRevisionsAction,
  readRevisionAction,
  validateFlowAction,
} from "#lib/web/actions/flows.ts";
import { actionData } from "./query-client.ts";

export interface FlowFilter {
  text?: string;
  namespace?: string;
}
export interface FlowList {
  flows: FlowSummary[];
  namespaces: string[];
}
interface FlowName {
  namespace: string;
  id: string;
}

export interface Validation {
  /** What was validated: places in it are right for this text only. */
  source: string;
  problems: Problem[];
  inputs: InputView[];
  /** The source says that it is not to be executed. */
  disabled: boolean;
}

const LIVE_MS = 2_000;
const STILL_MS = 10_000;

/** Keys of what changes when a flow is saved, executed or deleted. */
export const flowKeys = {
  list: ["flows", "list"],
  revisions: ({ namespace, id }: FlowName) => ["flows", "revisions", namespace, id],
} as const;

/** Whether an execution of a flow in the list has not ended yet. */
export function hasLiveExecution(list: FlowList | undefined): boolean {
  return (
    list?.flows.some((flow) => flow.recent.some((execution) => !isTerminal(execution.state))) ??
    false
  );
}

/** The flows that match: asked for again often while one of them runs. */
export const flowsQuery = (filter: FlowFilter) =>
  queryOptions({
    queryKey: [...flowKeys.list, filter.text ?? "", filter.namespace ?? ""],
    queryFn: (): Promise<FlowList> => actionData(listFlowsAction(filter)),
    refetchInterval: (query) => (hasLiveExecution(query.state.data) ? LIVE_MS : STILL_MS),
  });

export const revisionsQuery = ({ namespace, id }: FlowName) =>
  queryOptions({
    queryKey: flowKeys.revisions({ namespace, id }),
    queryFn: () => actionData(listRevisionsAction({ namespace, id })),
    // Another tab or person may save: the editor says so before its own save would be refused.
    refetchInterval: 15_000,
  });

/** A revision never changes: it is read once. */
export const revisionSourceQuery = ({ namespace, id, revision }: FlowName & { revision: number }) =>
  queryOptions({
    queryKey: ["flows", "source", namespace, id, revision],
    queryFn: async (): Promise<string> =>
      (await actionData(readRevisionAction({ namespace, id, revision }))).source,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the validator says of a source that is being written; the last answer stays meanwhile. */
export const validationQuery = (source: string) =>
  queryOptions({
    queryKey: ["flows", "validation", source],
    queryFn: async (): Promise<Validation> => ({
      source,
      ...(await actionData(validateFlowAction({ source }))),
    }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });

/** What the form that executes a revision asks for, and what keeps the revision from running. */
export const executeFormQuery = ({ namespace, id, revision }: FlowName & { revision: number }) =>
  queryOptions({
    queryKey: ["flows", "form", namespace, id, revision],
    queryFn: async (): Promise<Omit<Validation, "source">> => {
      const { source } = await actionData(readRevisionAction({ namespace, id, revision }));
      return actionData(validateFlowAction({ source }));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What an execution was asked for never changes: it is read once. */
export const earlierRequestQuery = (executionId: string) =>
  queryOptions({
    queryKey: ["executions", "request", executionId],
    queryFn: () => actionData(earlierRequestAction({ id: executionId })),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const lastInputsQuery = ({ namespace, id }: FlowName) =>
  queryOptions({
    queryKey: ["flows", "last-inputs", namespace, id],
    queryFn: async () => (await actionData(lastInputsAction({ namespace, flowId: id }))).inputs,
    staleTime: 0,
  });

/** How many executions are live, as text: `7`, or `50+` when a page does not hold them all. */
export const runningQuery = () =>
  queryOptions({
    queryKey: ["executions", "running"],
    queryFn: async (): Promise<string> => {
      const page = await actionData(
        listExecutionsAction({ filter: { states: [...LIVE_STATES] }, cursor: null }),
      );
      return page.next === null ? String(page.items.length) : `${page.items.length}+`;
    },
    refetchInterval: 5_000,
  });

/** The executions that a person who writes this may mean: the newest few that match. */
export const recentExecutionsQuery = (text: string) =>
  queryOptions({
    queryKey: ["executions", "palette", text],
    queryFn: async (): Promise<ExecutionSummary[]> => {
      const filter = text === "" ? {} : { text };
      const page = await actionData(listExecutionsAction({ filter, cursor: null }));
      return page.items.slice(0, 6);
    },
    placeholderData: keepPreviousData,
  });
