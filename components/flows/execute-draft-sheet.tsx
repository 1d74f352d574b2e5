"use client";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { ExecuteSheet } from "#components/execute/execute-sheet.tsx";
import { shortId } from "#components/executions/short-id.ts";
import { Button } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { earlierRequestQuery, validationQuery } from "#lib/query/flows.ts";
import { failureText } from "#lib/query/query-client.ts";

/** Executes what is written in the editor: what is not saved yet is saved first. */
export function ExecuteDraftSheet({
  flow,
  source,
  isDirty,
  likeId,
  prepare,
  onClose,
}: {
  flow: { namespace: string; id: string };
  source: string;
  isDirty: boolean;
  /** The execution whose inputs and connection are offered again; null for the flow's defaults. */
  likeId: string | null;
  prepare: () => Promise<number>;
  onClose: () => void;
}): ReactElement {
  const validation = useQuery(validationQuery(source));
  const request = useQuery({ ...earlierRequestQuery(likeId ?? ""), enabled: likeId !== null });
  const { data } = validation;
  const error = validation.error ?? request.error;
  const again = () => {
    if (validation.isError) void validation.refetch();
    if (request.isError) void request.refetch();
  };
  if (data?.source === source && (likeId === null || request.data !== undefined)) {
    return (
      <ExecuteSheet
        flow={flow}
        inputs={data.inputs}
        problems={data.problems}
        isDisabled={data.disabled}
        earlier={
          likeId === null || request.data === undefined
            ? null
            : { name: shortId(likeId), request: request.data }
        }
        note={isDirty ? "Your unsaved changes are saved as a new revision first." : undefined}
        prepare={prepare}
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
      {error === null ? (
        <SkeletonRows rows={4} label={`Loading ${flow.id}`} />
      ) : (
        <div className="p-5">
          <Notice
            tone="failed"
            title={
              validation.error === null
                ? "What the earlier execution was given could not be read."
                : "What the flow asks for could not be read."
            }
            actions={<Button onClick={again}>Try again</Button>}
          >
            {failureText(error)}
          </Notice>
        </div>
      )}
    </Sheet>
  );
}
