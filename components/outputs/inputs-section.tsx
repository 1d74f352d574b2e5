"use client";
import type { ReactElement } from "react";
import { PaneSection } from "#components/executions/pane-section.tsx";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { FileRow } from "./file-row.tsx";
import { ValueRow } from "./value-row.tsx";

/** What the execution was given: values, files, labels. Nothing when there was nothing. */
export function InputsSection({ execution }: { execution: ExecutionView }): ReactElement | null {
  const uris = new Set(execution.inputFiles.map((file) => file.uri));
  const values = Object.entries(execution.inputs).filter(
    ([, value]) => typeof value !== "string" || !uris.has(value),
  );
  const labels = Object.entries(execution.labels);
  const nameOf = (uri: string) =>
    Object.entries(execution.inputs).find(([, value]) => value === uri)?.[0] ?? null;
  if (values.length + labels.length + uris.size === 0) return null;
  return (
    <PaneSection title="Inputs">
      <div className="py-1">
        {execution.inputFiles.map((file) => (
          <FileRow
            key={file.uri}
            executionId={execution.id}
            file={file}
            detail={nameOf(file.uri)}
          />
        ))}
        {values.map(([name, value]) => (
          <ValueRow key={name} name={name} value={value} />
        ))}
        {labels.map(([name, value]) => (
          <ValueRow key={`label ${name}`} name={name} detail="label" value={value} />
        ))}
      </div>
    </PaneSection>
  );
}
