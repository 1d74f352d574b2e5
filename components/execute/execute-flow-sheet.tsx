"use client";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Button } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { executeFormQuery } from "#lib/query/flows.ts";
import { failureText } from "#lib/query/query-client.ts";
import { ExecuteSheet } from "./execute-sheet.tsx";

/** Executes a saved revision: reads what it asks for, then asks. */
export function ExecuteFlowSheet({
  flow,
  onClose,
}: {
  flow: { namespace: string; id: string; revision: number };
  onClose: () => void;
}): ReactElement {
  const form = useQuery(executeFormQuery(flow));
  if (form.data !== undefined) {
    return (
      <ExecuteSheet
        flow={flow}
        inputs={form.data.inputs}
        problems={form.data.problems}
        isDisabled={form.data.disabled}
        prepare={() => Promise.resolve(flow.revision)}
        onClose={onClose}
      />
    );
  }
  return (
    <Sheet
      isOpen
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={`Execute ${flow.id}`}
    >
      {form.isError ? (
        <div className="p-5">
          <Notice
            tone="failed"
            title="The flow could not be read."
            actions={<Button onClick={() => void form.refetch()}>Try again</Button>}
          >
            {failureText(form.error)}
          </Notice>
        </div>
      ) : (
        <SkeletonRows rows={4} label={`Loading ${flow.id}`} />
      )}
    </Sheet>
  );
}
