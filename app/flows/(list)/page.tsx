import type { Metadata } from "next";
import type { ReactElement } from "react";
import { FlowsPage } from "#components/flows/flows-page.tsx";
import { loadFlows } from "#lib/web/loaders/flows.ts";

export const metadata: Metadata = { title: "Flows" };

const one = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value[0] : value) ?? "";

export default async function Page({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}): Promise<ReactElement> {
  const query = await searchParams;
  const filter = { text: one(query["text"]), namespace: one(query["namespace"]) };
  const list = await loadFlows({
    ...(filter.text === "" ? {} : { text: filter.text }),
    ...(filter.namespace === "" ? {} : { namespace: filter.namespace }),
  });
  return <FlowsPage initial={{ filter, list }} />;
}
