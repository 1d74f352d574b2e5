"use client";
import { useQuery } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { type ReactElement, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { DataTable, Th } from "#components/ui/data-table.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { PageBar } from "#components/ui/page-bar.tsx";
import type { ConnectionView } from "#lib/core/connection-view.ts";
import { connectionsQuery } from "#lib/query/connections.ts";
import { failureText } from "#lib/query/query-client.ts";
import { ConnectionRow } from "./connection-row.tsx";
import { ImportDialog } from "./import-dialog.tsx";

/** Every place where tasks can run: how it is, and what it needs. */
export function ConnectionsPage({ initial }: { initial: ConnectionView[] }): ReactElement {
  const [isImporting, setImporting] = useState(false);
  const query = useQuery({ ...connectionsQuery(), initialData: initial });
  const needy = initial.find(({ health }) => health.state === "limited" && health.rbac !== null);
  const hasOnlyMachine = query.data.every((connection) => connection.kind === "this-machine");
  return (
    <>
      <PageBar
        title="Connections"
        actions={
          <Button onClick={() => setImporting(true)}>
            <Upload size={16} strokeWidth={1.75} aria-hidden /> Import kubeconfig
          </Button>
        }
      />
      <div className="pane grow">
        {query.isError ? (
          <div className="p-5">
            <Notice tone="failed" title="The connections could not be read again.">
              {failureText(query.error)} What is shown may be out of date.
            </Notice>
          </div>
        ) : null}
        <DataTable
          label="Connections"
          head={
            <>
              <Th>Name</Th>
              <Th>State</Th>
              <Th from="lg">From</Th>
              <Th from="md">Namespace</Th>
              <Th from="md">Kubernetes</Th>
              <Th from="sm">What to know</Th>
              <Th from="lg" isRight>
                Checked
              </Th>
              <Th>
                <span className="sr-only">Actions</span>
              </Th>
            </>
          }
        >
          {query.data.map((connection) => (
            <ConnectionRow
              key={connection.id}
              connection={connection}
              isOpenAtFirst={connection.id === needy?.id}
            />
          ))}
        </DataTable>
        {hasOnlyMachine ? (
          <p className="px-5 py-4 text-ink-2">
            No cluster yet: tasks run as processes of this machine. Import a kubeconfig to run them
            as pods.
          </p>
        ) : null}
      </div>
      <ImportDialog isOpen={isImporting} onOpenChange={setImporting} />
    </>
  );
}
