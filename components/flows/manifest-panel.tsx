"use client";
import { RotateCw, X } from "lucide-react";
import { type ReactElement, useEffect, useId, useRef } from "react";
import { YamlViewer } from "#components/editor/yaml-editor.tsx";
import { RunOnField } from "#components/execute/run-on-field.tsx";
import { IconButton } from "#components/ui/button.tsx";
import { CodeText } from "#components/ui/code-text.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { PreviewFinding } from "#lib/core/preview-view.ts";
import type { PreviewedTask } from "#lib/query/task-preview.ts";
import { FindingsList } from "./findings-list.tsx";
import type { TaskPreviewState } from "./use-task-preview.ts";

const AT_CURSOR = "*";

/** What a task would run as, and what stands against it, beside the source. */
export function ManifestPanel({
  state,
  takesFocus,
  onGoTo,
  onClose,
}: {
  state: TaskPreviewState;
  /** It was opened by a key, whose next press closes it. */
  takesFocus: boolean;
  onGoTo: (finding: PreviewFinding) => void;
  onClose: () => void;
}): ReactElement {
  const heading = useId();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (takesFocus) panel.current?.focus();
  }, [takesFocus]);
  const { preview, failure, isAsking } = state;
  return (
    <section
      ref={panel}
      tabIndex={-1}
      aria-labelledby={heading}
      aria-busy={isAsking}
      className="flex min-h-0 min-w-0 grow flex-col outline-none"
    >
      <div className="flex h-10 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
        <h2 id={heading} className="font-strong">
          Manifest
        </h2>
        <output className="text-xs text-ink-3">{isAsking ? "Asking the cluster…" : ""}</output>
        <span className="grow" />
        <IconButton size="sm" label="Ask again" disabled={isAsking} onClick={state.askAgain}>
          <RotateCw size={14} aria-hidden />
        </IconButton>
        <IconButton size="sm" label="Close the manifest" onClick={onClose}>
          <X size={14} aria-hidden />
        </IconButton>
      </div>
      <div className="grid shrink-0 grid-cols-2 gap-3 border-b border-line px-4 py-3">
        <TaskField state={state} />
        <RunOnField value={state.connectionId} onChange={state.pickConnection} />
      </div>
      {failure !== null ? (
        <EmptyState title="There is no manifest of this.">
          <CodeText text={failure} />
        </EmptyState>
      ) : preview === undefined ? (
        <LoadingManifest />
      ) : (
        <Previewed preview={preview} onGoTo={onGoTo} />
      )}
    </section>
  );
}

function TaskField({ state }: { state: TaskPreviewState }): ReactElement {
  const { preview, pickedTask, pickTask } = state;
  const tasks = (preview?.tasks ?? []).filter(({ hasPod }) => hasPod);
  return (
    <Field label="Task">
      {(control) => (
        <Select
          control={control}
          value={pickedTask ?? AT_CURSOR}
          onChange={(id) => pickTask(id === AT_CURSOR ? null : id)}
          options={[
            {
              value: AT_CURSOR,
              label: preview?.taskId && pickedTask === null ? preview.taskId : "At the cursor",
              detail: pickedTask === null ? "at the cursor" : undefined,
            },
            ...tasks.map(({ id, line }) => ({ value: id, label: id, detail: `line ${line}` })),
          ]}
        />
      )}
    </Field>
  );
}

function LoadingManifest(): ReactElement {
  return (
    <output aria-label="Loading the manifest" className="flex flex-col gap-2 px-4 py-4">
      <Skeleton className="w-64 max-w-full" />
      <Skeleton className="w-48" />
      <Skeleton className="mt-4 w-40" />
      <Skeleton className="w-56" />
    </output>
  );
}

function Previewed({
  preview,
  onGoTo,
}: {
  preview: PreviewedTask;
  onGoTo: (finding: PreviewFinding) => void;
}): ReactElement {
  const { taskId, manifest, findings } = preview;
  if (taskId === null) {
    return (
      <EmptyState title="No task of this flow has a pod.">
        The worker itself does what such tasks say. Add a task that runs commands or a script.
      </EmptyState>
    );
  }
  const [only] = findings;
  if (manifest === null && only?.severity === "info" && only.check === "place") {
    return <EmptyState title={<CodeText text={only.message} />}>{only.remedy}</EmptyState>;
  }
  return (
    <>
      <FindingsList findings={findings} hasManifest={manifest !== null} onGoTo={onGoTo} />
      {manifest === null ? null : (
        <>
          <div className="flex h-8 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4 text-xs text-ink-3">
            <span className="min-w-0 grow truncate">
              What Podflow sends; the cluster adds its defaults.
            </span>
            <CopyButton text={manifest} label="Copy the manifest" />
          </div>
          <div className="min-h-40 grow">
            <YamlViewer text={manifest} label={`Manifest of ${taskId}`} />
          </div>
        </>
      )}
    </>
  );
}
