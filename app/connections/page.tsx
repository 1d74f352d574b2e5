import type { Metadata } from "next";
import type { ReactElement } from "react";
import { ConnectionsPage } from "#components/connections/connections-page.tsx";
import { loadConnections } from "#lib/web/loaders/connections.ts";

export const metadata: Metadata = { title: "Connections" };

export default async function Page(): Promise<ReactElement> {
  return <ConnectionsPage initial={await loadConnections()} />;
}
