import type { Metadata } from "next";
import type { ReactElement } from "react";
import { ExecutionScreen } from "#components/executions/execution-screen.tsx";
import { shortId } from "#components/executions/short-id.ts";
import { loadConnections } from "#lib/web/loaders/connections.ts";
import { loadExecution } from "#lib/web/loaders/executions.ts";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { id } = await params;
  const { flowId } = await loadExecution(id);
  return { title: `${flowId} ${shortId(id)}` };
}

export default async function Page({ params }: PageProps): Promise<ReactElement> {
  const { id } = await params;
  const [execution, connections] = await Promise.all([loadExecution(id), loadConnections()]);
  const names = Object.fromEntries(connections.map(({ id: key, name }) => [key, name]));
  return <ExecutionScreen key={id} initial={execution} connectionNames={names} />;
}
