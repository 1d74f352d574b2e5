"use client";
import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Button } from "#components/ui/button.tsx";
import { DataTable, Th } from "#components/ui/data-table.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { ExecutionSummary, Page } from "#lib/core/execution-view.ts";
import { executionsQuery } from "#lib/query/executions.ts";
import { failureText } from "#lib/query/query-client.ts";
import { ExecutionRow } from "./execution-row.tsx";
import { filterFrom, type UrlFilter } from "./list-filter.ts";

/** The executions that match, the newest first, a page at a time; what runs is brought up to date. */
export function ExecutionTable({
  filter,
  initial,
  hasFlow,
  empty,
}: {
  filter: UrlFilter;
  /** The first page, where the server has read it already. */
  initial: Page<ExecutionSummary> | null;
  hasFlow: boolean;
  /** What is shown instead of no rows. */
  empty: ReactNode;
}): ReactElement {
  const first: InfiniteData<Page<ExecutionSummary>, string | null> | null =
    initial === null ? null : { pages: [initial], pageParams: [null] };
  const query = useInfiniteQuery({
    ...executionsQuery(filter, (nowMs) => filterFrom(filter, nowMs)),
    ...(first === null ? {} : { initialData: first }),
  });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {query.isError ? (
        <div className="p-5">
          <Notice
            tone="failed"
            title="The executions could not be read."
            actions={<Button onClick={() => void query.refetch()}>Try again</Button>}
          >
            {failureText(query.error)}
          </Notice>
        </div>
      ) : null}
      {query.isPending ? <SkeletonRows label="Loading the executions" /> : null}
      {query.isSuccess && rows.length === 0 ? empty : null}
      {rows.length === 0 ? null : (
        <DataTable
          label="Executions"
          head={
            <>
              <Th>State</Th>
              <Th>Execution</Th>
              <Th from="lg" isRight>
                Revision
              </Th>
              <Th isRight>When</Th>
              <Th from="sm" isRight>
                Took
              </Th>
            </>
          }
        >
          {rows.map((execution) => (
            <ExecutionRow key={execution.id} execution={execution} hasFlow={hasFlow} />
          ))}
        </DataTable>
      )}
      {query.hasNextPage ? (
        <div className="flex justify-center p-4">
          <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Load more
          </Button>
        </div>
      ) : null}
    </>
  );
}
