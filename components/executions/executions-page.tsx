"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { debounce, useQueryStates } from "nuqs";
import type { ReactElement } from "react";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageBar } from "#components/ui/page-bar.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import { Select } from "#components/ui/select.tsx";
import { useDebounced } from "#components/ui/use-debounced.ts";
import type { ExecutionSummary, Page } from "#lib/core/execution-view.ts";
import { paths } from "#lib/core/paths.ts";
import { flowsQuery } from "#lib/query/flows.ts";
import { ExecutionTable } from "./execution-table.tsx";
import { FILTER_IN_URL, isFiltered, NO_FILTER, type UrlFilter } from "./list-filter.ts";
import { StateFilter } from "./state-filter.tsx";
import { TimeFilter } from "./time-filter.tsx";

const ALL = "*";

/** Every execution, narrowed by what the URL says. */
export function ExecutionsPage({
  initial,
}: {
  /** What the server read for the filter of the URL that was opened. */
  initial: { filter: UrlFilter; page: Page<ExecutionSummary> };
}): ReactElement {
  const [filter, setFilter] = useQueryStates(FILTER_IN_URL, { history: "replace" });
  const text = useDebounced(filter.text, 150);
  const asked = { ...filter, text };
  const isInitial = JSON.stringify(asked) === JSON.stringify(initial.filter);
  return (
    <>
      <PageBar
        title="Executions"
        actions={
          <>
            <SearchField
              label="Search id, flow, label"
              isPageSearch
              className="w-[230px] max-sm:w-full"
              value={filter.text ?? ""}
              onChange={(event) =>
                void setFilter(
                  { text: event.target.value === "" ? null : event.target.value },
                  { limitUrlUpdates: debounce(200) },
                )
              }
            />
            <FlowFilter filter={filter} onChange={(change) => void setFilter(change)} />
            <StateFilter
              states={filter.states ?? []}
              onChange={(states) => void setFilter({ states: states.length === 0 ? null : states })}
            />
            <TimeFilter filter={filter} onChange={(change) => void setFilter(change)} />
          </>
        }
      />
      <div className="pane flex grow flex-col">
        <ExecutionTable
          filter={asked}
          initial={isInitial ? initial.page : null}
          hasFlow
          empty={
            isFiltered(asked) ? (
              <EmptyState
                title="No execution matches."
                action={
                  <Button onClick={() => void setFilter(NO_FILTER)}>Show all executions</Button>
                }
              />
            ) : (
              <EmptyState
                title="Nothing has run yet."
                action={
                  <Link href={paths.flows()} className={buttonClass("primary")}>
                    Choose a flow
                  </Link>
                }
              >
                Open a flow and press Execute: each run appears here, live.
              </EmptyState>
            )
          }
        />
      </div>
    </>
  );
}

/** The namespace, and within one the flow. */
function FlowFilter({
  filter,
  onChange,
}: {
  filter: UrlFilter;
  onChange: (change: Partial<UrlFilter>) => void;
}): ReactElement {
  const { data } = useQuery({ ...flowsQuery({}), staleTime: 60_000, refetchInterval: false });
  const namespaces = new Set(data?.namespaces ?? []);
  if (filter.namespace !== null) namespaces.add(filter.namespace);
  const flows = new Set(
    data?.flows.filter((flow) => flow.namespace === filter.namespace).map((flow) => flow.id) ?? [],
  );
  if (filter.flowId !== null) flows.add(filter.flowId);
  const named = (names: Set<string>) =>
    [...names].toSorted().map((name) => ({ value: name, label: name }));
  return (
    <>
      <Select
        label="Namespace"
        className="!w-auto max-w-44"
        value={filter.namespace ?? ALL}
        onChange={(value) => onChange({ namespace: value === ALL ? null : value, flowId: null })}
        options={[{ value: ALL, label: "All namespaces" }, ...named(namespaces)]}
      />
      {filter.namespace === null && filter.flowId === null ? null : (
        <Select
          label="Flow"
          className="!w-auto max-w-44"
          value={filter.flowId ?? ALL}
          onChange={(value) => onChange({ flowId: value === ALL ? null : value })}
          options={[{ value: ALL, label: "All flows" }, ...named(flows)]}
        />
      )}
    </>
  );
}
