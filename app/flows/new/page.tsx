import type { Metadata } from "next";
import type { ReactElement } from "react";
import { NewFlowPage } from "#components/flows/new-flow-page.tsx";
import { loadExpressionCatalogue } from "#lib/web/loaders/expression.ts";
import { loadFlowSchema } from "#lib/web/loaders/flows.ts";

export const metadata: Metadata = { title: "New flow" };

export default async function Page(): Promise<ReactElement> {
  return <NewFlowPage schema={await loadFlowSchema()} catalogue={loadExpressionCatalogue()} />;
}
