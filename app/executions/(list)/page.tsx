import type { Metadata } from "next";
import type { ReactElement } from "react";
import { ExecutionsPage } from "#components/executions/executions-page.tsx";
import { filterFrom, loadUrlFilter } from "#components/executions/list-filter.ts";
import { loadExecutions } from "#lib/web/loaders/executions.ts";

export const metadata: Metadata = { title: "Executions" };

export default async function Page({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}): Promise<ReactElement> {
  const filter = await loadUrlFilter(searchParams);
  const page = await loadExecutions(filterFrom(filter, Date.now()), null);
  return <ExecutionsPage initial={{ filter, page }} />;
}
