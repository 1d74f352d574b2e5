"use client";
import { Download } from "lucide-react";
import type { ReactElement } from "react";
import { PaneSection } from "#components/executions/pane-section.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import type { ExecutionView, TaskRunView } from "#lib/core/execution-view.ts";
import { paths } from "#lib/core/paths.ts";
import { isTerminal } from "#lib/core/state.ts";
import { FileRow } from "./file-row.tsx";
import { outputValues } from "./output-values.ts";
import { ValueRow } from "./value-row.tsx";

/** What the runs made: files first, then values. */
export function OutputsSection({
  execution,
  runs,
  isWhole,
  hasSeveralTasks,
}: {
  execution: ExecutionView;
  runs: readonly TaskRunView[];
  /** With the flow's own outputs. */
  isWhole: boolean;
  /** Each row says which task it is from. */
  hasSeveralTasks: boolean;
}): ReactElement {
  const files = runs.flatMap((run) => run.files.map((file) => ({ file, run })));
  const values = outputValues(runs, isWhole ? execution : null);
  const isEmpty = files.length === 0 && values.length === 0;
  const detail = (taskId: string | null) => (isWhole && hasSeveralTasks ? taskId : null);
  return (
    <PaneSection
      title="Outputs"
      actions={
        files.length === 0 ? null : (
          <a
            href={paths.executionFilesZip(execution.id)}
            download
            title="Download all files of the execution as zip"
            className={buttonClass("plain", "sm")}
          >
            <Download size={16} strokeWidth={1.75} aria-hidden /> All
          </a>
        )
      }
    >
      {isEmpty ? (
        <p className="px-4 py-3 text-ink-2">
          {isTerminal(execution.state)
            ? "Nothing was put out."
            : "Nothing yet: files and values appear here as tasks end."}
        </p>
      ) : (
        <div className="py-1">
          {files.map(({ file, run }) => (
            <FileRow
              key={`${run.id} ${file.uri}`}
              executionId={execution.id}
              file={file}
              detail={detail(run.taskId)}
            />
          ))}
          {values.map((row) => (
            <ValueRow
              key={`${row.taskId ?? ""} ${row.name}`}
              name={row.name}
              detail={detail(row.taskId)}
              value={row.value}
            />
          ))}
        </div>
      )}
    </PaneSection>
  );
}
