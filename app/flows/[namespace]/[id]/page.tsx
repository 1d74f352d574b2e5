import type { Metadata } from "next";
import type { ReactElement } from "react";
import { FlowPage } from "#components/flows/flow-page.tsx";
import { FLOW_TABS } from "#lib/core/paths.ts";
import { loadExpressionCatalogue } from "#lib/web/loaders/expression.ts";
import { loadFlow, loadFlowSchema } from "#lib/web/loaders/flows.ts";

interface Props {
  params: Promise<{ namespace: string; id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

async function nameFrom(params: Props["params"]): Promise<{ namespace: string; id: string }> {
  const { namespace, id } = await params;
  return { namespace: decodeURIComponent(namespace), id: decodeURIComponent(id) };
}

/** A number from 1 on, or nothing. */
function countFrom(text: string | string[] | undefined): number | null {
  const count = Number(text);
  return Number.isInteger(count) && count > 0 ? count : null;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { namespace, id } = await nameFrom(params);
  const flow = await loadFlow(namespace, id);
  return { title: flow.id };
}

export default async function Page({ params, searchParams }: Props): Promise<ReactElement> {
  const [name, query] = await Promise.all([nameFrom(params), searchParams]);
  const [flow, schema] = await Promise.all([loadFlow(name.namespace, name.id), loadFlowSchema()]);
  return (
    <FlowPage
      key={`${flow.namespace}/${flow.id}`}
      flow={flow}
      schema={schema}
      catalogue={loadExpressionCatalogue()}
      tab={FLOW_TABS.find((tab) => tab === query["tab"]) ?? "source"}
      line={countFrom(query["line"])}
      atRevision={countFrom(query["revision"])}
    />
  );
}
