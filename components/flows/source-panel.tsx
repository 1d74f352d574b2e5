"use client";
import { useQuery } from "@tanstack/react-query";
import { PanelRight } from "lucide-react";
import dynamic from "next/dynamic";
import { type ReactElement, useRef, useState } from "react";
import type { EditorHandle } from "#components/editor/editor-handle.ts";
import type { ExpressionCatalogue } from "#components/editor/expression-completion.ts";
import { YamlEditor } from "#components/editor/yaml-editor.tsx";
import { Button } from "#components/ui/button.tsx";
import { useDebounced } from "#components/ui/use-debounced.ts";
import type { Problem } from "#lib/core/flow-view.ts";
import { type Validation, validationQuery } from "#lib/query/flows.ts";
import { failureText } from "#lib/query/query-client.ts";
import { ProblemsPanel } from "./problems-panel.tsx";
import { useManifestToggle } from "./use-manifest-toggle.ts";
import { useTaskPreview } from "./use-task-preview.ts";

/** Comes when somebody opens it. */
const ManifestPanel = dynamic(async () => (await import("./manifest-panel.tsx")).ManifestPanel, {
  ssr: false,
});

/** The source is checked when nothing was typed for this long. */
export const SETTLED_MS = 300;
const NONE: readonly Problem[] = [];

/** The editor of a flow's source, below it what is wrong with it, and beside it what a task becomes. */
export function SourcePanel({
  source,
  onChange,
  schema,
  catalogue,
  line,
  known,
  onReady,
}: {
  source: string;
  onChange: (source: string) => void;
  schema: object;
  catalogue: ExpressionCatalogue;
  /** Where the cursor goes when the editor opens. */
  line: number | null;
  /** What the server said of the source that was opened; null when it was not asked. */
  known: Validation | null;
  onReady: (handle: EditorHandle) => void;
}): ReactElement {
  const [handle, setHandle] = useState<EditorHandle | null>(null);
  const [cursorLine, setCursorLine] = useState(line ?? 1);
  const place = useRef<HTMLDivElement>(null);
  const manifest = useManifestToggle(place, () => handle?.focus());
  const preview = useTaskPreview({ source, line: cursorLine, isOpen: manifest.opened !== null });
  const settled = useDebounced(source, SETTLED_MS);
  const validation = useQuery({
    ...validationQuery(settled),
    ...(known?.source === settled ? { initialData: known } : {}),
  });
  const problems = validation.data?.problems ?? NONE;
  const isCurrent = validation.data?.source === source;
  const marked = preview.marks.length === 0 ? problems : [...problems, ...preview.marks];
  const toggle = (
    <Button
      size="sm"
      keys="mod+J"
      aria-expanded={manifest.opened !== null}
      className="mt-[5px]"
      onClick={() => manifest.toggle("button")}
    >
      <PanelRight size={14} aria-hidden />
      Manifest
    </Button>
  );
  return (
    <div ref={place} className="relative flex min-h-0 grow">
      <div className="flex min-h-0 min-w-0 grow flex-col">
        <div className="min-h-0 grow">
          <YamlEditor
            label="Source of the flow"
            initialValue={source}
            onChange={onChange}
            problems={marked}
            schema={schema}
            catalogue={catalogue}
            onLine={setCursorLine}
            onReady={(ready) => {
              setHandle(ready);
              onReady(ready);
              if (line !== null) ready.goTo(line, 1);
            }}
          />
        </div>
        {validation.isError ? (
          <div className="flex items-start gap-2 border-t border-line pr-2 pb-[5px] pl-4 text-xs">
            <p role="alert" className="grow py-2 text-failed">
              The source could not be checked. {failureText(validation.error)}
            </p>
            {toggle}
          </div>
        ) : (
          <ProblemsPanel
            problems={problems}
            isChecking={!isCurrent}
            canFix={isCurrent}
            onGoTo={(problem) => handle?.goTo(problem.range.startLine, problem.range.startColumn)}
            onFix={(problem) => handle?.fix(problem)}
            trailing={toggle}
          />
        )}
      </div>
      {manifest.opened === null ? null : (
        <div className="flex w-[clamp(380px,42%,680px)] shrink-0 flex-col border-l border-line bg-paper max-lg:absolute max-lg:inset-0 max-lg:z-20 max-lg:w-auto max-lg:border-l-0">
          <ManifestPanel
            state={preview}
            takesFocus={manifest.opened === "key"}
            onGoTo={({ range }) => {
              if (range === null) return;
              if (isNarrow()) manifest.close();
              handle?.goTo(range.startLine, range.startColumn);
            }}
            onClose={manifest.close}
          />
        </div>
      )}
    </div>
  );
}

/** There the manifest stands in front of the source. */
function isNarrow(): boolean {
  return window.matchMedia("(width < 64rem)").matches;
}
