"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import Link from "next/link";
import { debounce, parseAsString, useQueryStates } from "nuqs";
import { type ReactElement, useState } from "react";
import { ExecuteFlowSheet } from "#components/execute/execute-flow-sheet.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { DataTable, Th } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { PageBar } from "#components/ui/page-bar.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import { Select } from "#components/ui/select.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useDebounced } from "#components/ui/use-debounced.ts";
import type { FlowSummary } from "#lib/core/flow-view.ts";
import { paths } from "#lib/core/paths.ts";
import { type FlowFilter, type FlowList, flowsQuery } from "#lib/query/flows.ts";
import { failureText } from "#lib/query/query-client.ts";
import { FlowRow } from "./flow-row.tsx";

const ALL = "*";
const IN_URL = {
  text: parseAsString.withDefault(""),
  namespace: parseAsString.withDefault(""),
};

/** Every flow, narrowed by what the URL says; what runs is brought up to date as it runs. */
export function FlowsPage({
  initial,
}: {
  /** What the server read for the filter of the URL that was opened. */
  initial: { filter: Required<FlowFilter>; list: FlowList };
}): ReactElement {
  const [filter, setFilter] = useQueryStates(IN_URL, { history: "replace" });
  const [executing, setExecuting] = useState<FlowSummary | null>(null);
  const text = useDebounced(filter.text, 150);
  const asked = { text, namespace: filter.namespace };
  const isInitial = text === initial.filter.text && filter.namespace === initial.filter.namespace;
  const query = useQuery({
    ...flowsQuery(asked),
    ...(isInitial ? { initialData: initial.list } : {}),
    placeholderData: keepPreviousData,
  });
  const list = query.data;
  const isFiltered = text !== "" || filter.namespace !== "";
  return (
    <>
      <PageBar
        title="Flows"
        detail={<span className="text-ink-3">{list?.flows.length}</span>}
        actions={
          <>
            <SearchField
              label="Search id, namespace, source"
              isPageSearch
              className="w-[260px] max-sm:w-full"
              value={filter.text}
              onChange={(event) =>
                void setFilter({ text: event.target.value }, { limitUrlUpdates: debounce(200) })
              }
            />
            <Select
              label="Namespace"
              className="!w-auto max-w-52 max-sm:max-w-40"
              value={filter.namespace === "" ? ALL : filter.namespace}
              onChange={(value) => void setFilter({ namespace: value === ALL ? "" : value })}
              options={[
                { value: ALL, label: "All namespaces" },
                ...namespacesOf(list, filter.namespace).map((name) => ({
                  value: name,
                  label: name,
                })),
              ]}
            />
            <Link href={paths.newFlow()} className={clsx(buttonClass("primary"), "ml-auto")}>
              New flow
            </Link>
          </>
        }
      />
      <div className="pane flex grow flex-col">
        {query.isError ? (
          <div className="p-5">
            <Notice
              tone="failed"
              title="The flows could not be read."
              actions={<Button onClick={() => void query.refetch()}>Try again</Button>}
            >
              {failureText(query.error)}
            </Notice>
          </div>
        ) : null}
        {list === undefined && query.isPending ? <SkeletonRows label="Loading the flows" /> : null}
        {list !== undefined && list.flows.length > 0 ? (
          <FlowTable flows={list.flows} onExecute={setExecuting} />
        ) : null}
        {list?.flows.length === 0 ? (
          isFiltered ? (
            <EmptyState
              title={
                text === "" ? `No flow is in ${filter.namespace}.` : `No flow matches “${text}”.`
              }
              action={
                <Button onClick={() => void setFilter({ text: "", namespace: "" })}>
                  Show all flows
                </Button>
              }
            />
          ) : (
            <EmptyState
              title="There is no flow yet."
              action={
                <Link href={paths.newFlow()} className={buttonClass("primary")}>
                  New flow
                </Link>
              }
            >
              Write one in YAML: what it asks for, and the tasks that run as pods.
            </EmptyState>
          )
        ) : null}
      </div>
      {executing === null ? null : (
        <ExecuteFlowSheet
          key={`${executing.namespace}/${executing.id}`}
          flow={executing}
          onClose={() => setExecuting(null)}
        />
      )}
    </>
  );
}

/** The namespaces there are; the one that is chosen stays in the list when its last flow is gone. */
function namespacesOf(list: FlowList | undefined, chosen: string): string[] {
  const names = new Set(list?.namespaces ?? []);
  if (chosen !== "") names.add(chosen);
  return [...names].toSorted();
}

function FlowTable({
  flows,
  onExecute,
}: {
  flows: readonly FlowSummary[];
  onExecute: (flow: FlowSummary) => void;
}): ReactElement {
  return (
    <DataTable
      label="Flows"
      head={
        <>
          <Th>Flow</Th>
          <Th from="lg">Last 16 executions</Th>
          <Th>Last state</Th>
          <Th from="sm" isRight>
            When
          </Th>
          <Th from="md" isRight>
            Took
          </Th>
          <Th>
            <span className="sr-only">Execute</span>
          </Th>
        </>
      }
    >
      {flows.map((flow) => (
        <FlowRow
          key={`${flow.namespace}/${flow.id}`}
          flow={flow}
          onExecute={() => onExecute(flow)}
        />
      ))}
    </DataTable>
  );
}
