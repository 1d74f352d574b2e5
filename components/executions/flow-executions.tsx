"use client";
import { useQueryState } from "nuqs";
import type { ReactElement } from "react";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ExecutionTable } from "./execution-table.tsx";
import { FILTER_IN_URL, NO_FILTER } from "./list-filter.ts";
import { StateFilter } from "./state-filter.tsx";

/** The executions of one flow, for its page. */
export function FlowExecutions({ namespace, id }: { namespace: string; id: string }): ReactElement {
  const [states, setStates] = useQueryState("states", FILTER_IN_URL.states);
  const filter = { ...NO_FILTER, namespace, flowId: id, states };
  return (
    <div className="pane flex grow flex-col">
      <div className="flex min-h-11 shrink-0 items-center justify-end px-5">
        <StateFilter
          states={states ?? []}
          onChange={(next) => void setStates(next.length === 0 ? null : next)}
        />
      </div>
      <ExecutionTable
        filter={filter}
        initial={null}
        hasFlow={false}
        empty={
          <EmptyState title={states === null ? "It has not run yet." : "No execution matches."}>
            {states === null ? "Press Execute: each run appears here, live." : undefined}
          </EmptyState>
        }
      />
    </div>
  );
}
