"use client";
import { Download, File } from "lucide-react";
import { type ReactElement, useState } from "react";
import { bytesText } from "#components/ui/bytes-text.ts";
import type { ArtifactView } from "#lib/core/execution-view.ts";
import { paths } from "#lib/core/paths.ts";
import { PreviewDialog } from "./preview-dialog.tsx";

/** A stored file: its name opens a preview. */
export function FileRow({
  executionId,
  file,
  detail,
}: {
  executionId: string;
  file: ArtifactView;
  /** Fainter after the name: the task that made it, the input it is. */
  detail?: string | null;
}): ReactElement {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="flex min-h-9 items-center hover:bg-ground">
      <button
        type="button"
        onClick={() => setOpen(true)}
        title={`Preview ${file.name}`}
        className="flex min-h-9 min-w-0 grow items-center gap-2.5 pl-4 text-left outline-offset-[-2px]"
      >
        <File size={16} strokeWidth={1.75} aria-hidden className="shrink-0" />
        <span className="min-w-0 truncate font-strong">{file.name}</span>
        {detail === undefined || detail === null ? null : (
          <span className="shrink-0 text-ink-3">{detail}</span>
        )}
        <span className="ml-auto shrink-0 pl-2 text-ink-2 tabular-nums">
          {bytesText(file.size)}
        </span>
      </button>
      <a
        href={paths.executionFile(executionId, file.uri)}
        download
        aria-label={`Download ${file.name}`}
        title={`Download ${file.name}`}
        className="mr-3 ml-1 inline-flex size-[30px] shrink-0 items-center justify-center rounded-md text-ink-2 hover:bg-sunken hover:text-ink"
      >
        <Download size={16} strokeWidth={1.75} aria-hidden />
      </a>
      <PreviewDialog executionId={executionId} file={file} isOpen={isOpen} onOpenChange={setOpen} />
    </div>
  );
}
