"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { paths } from "#lib/core/paths.ts";
import { flowKeys } from "#lib/query/flows.ts";
import { actionData } from "#lib/query/query-client.ts";
import { executeFlowAction } from "#lib/web/actions/executions.ts";
import type { InputValue } from "./input-value.ts";

export interface ExecuteRequest {
  inputs: Record<string, InputValue>;
  labels: Record<string, string>;
  connectionId: string | null;
}

/**
 * Makes the execution and goes to its page. `prepare` runs first and says which revision runs: an
 * editor saves there what is not saved yet.
 */
export function useExecute(
  flow: { namespace: string; id: string },
  prepare: () => Promise<number>,
): {
  run: (request: ExecuteRequest, on: { refused: (error: unknown) => void }) => void;
  isPending: boolean;
  error: unknown;
  reset: () => void;
} {
  const router = useRouter();
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: async (request: ExecuteRequest) => {
      const revision = await prepare();
      const { namespace, id: flowId } = flow;
      return actionData(executeFlowAction({ namespace, flowId, revision, ...request }));
    },
    onSuccess: async ({ id }) => {
      router.push(paths.execution(id));
      await Promise.all([
        client.invalidateQueries({ queryKey: flowKeys.list }),
        client.invalidateQueries({ queryKey: ["executions"] }),
      ]);
    },
  });
  return {
    run: (request, on) => mutation.mutate(request, { onError: on.refused }),
    // The page of the execution is on its way: a second press must not make a second one.
    isPending: mutation.isPending || mutation.isSuccess,
    error: mutation.error,
    reset: mutation.reset,
  };
}
