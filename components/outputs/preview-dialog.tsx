"use client";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { bytesText } from "#components/ui/bytes-text.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { ArtifactView } from "#lib/core/execution-view.ts";
import { paths } from "#lib/core/paths.ts";
import { filePreviewQuery } from "#lib/query/executions.ts";
import { failureText } from "#lib/query/query-client.ts";
import { FilePreviewBody } from "./file-preview-body.tsx";

/** The beginning of a file, as far as a browser can show it, with the download beside it. */
export function PreviewDialog({
  executionId,
  file,
  isOpen,
  onOpenChange,
}: {
  executionId: string;
  file: ArtifactView;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}): ReactElement {
  const { data, error } = useQuery({ ...filePreviewQuery(executionId, file.uri), enabled: isOpen });
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title={file.name}
      isWide
      actions={
        <>
          <span className="mr-auto flex min-w-0 items-center gap-1 text-xs text-ink-3 tabular-nums">
            {bytesText(file.size)} · sha256 {file.sha256.slice(0, 8)}…
            <CopyButton text={file.sha256} label="Copy the checksum" />
          </span>
          <Button onClick={() => onOpenChange(false)}>Close</Button>
          <a
            className={buttonClass("primary")}
            href={paths.executionFile(executionId, file.uri)}
            download
          >
            Download
          </a>
        </>
      }
    >
      {error !== null ? (
        <p role="alert" className="text-failed">
          {failureText(error)}
        </p>
      ) : data === undefined ? (
        <output aria-label="The preview is being read" className="flex h-40 flex-col gap-2 pt-1">
          <Skeleton className="w-64" />
          <Skeleton className="w-48" />
          <Skeleton className="w-56" />
        </output>
      ) : (
        <FilePreviewBody preview={data} name={file.name} />
      )}
    </Dialog>
  );
}
