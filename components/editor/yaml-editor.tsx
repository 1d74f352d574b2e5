"use client";
import dynamic from "next/dynamic";
import type { ReactElement } from "react";
import { Skeleton } from "#components/ui/skeleton.tsx";

function LoadingEditor(): ReactElement {
  return (
    <output aria-label="Loading the editor" className="flex flex-col gap-2 py-3 pl-[66px]">
      <Skeleton className="w-56" />
      <Skeleton className="w-40" />
      <Skeleton className="w-72" />
      <Skeleton className="w-48" />
    </output>
  );
}

/** The editor is half a megabyte and needs a browser: it comes when a page shows it. */
export const YamlEditor = dynamic(
  async () => (await import("./yaml-editor-view.tsx")).YamlEditorView,
  { ssr: false, loading: LoadingEditor },
);

/** Two texts and what differs, loaded like the editor. */
export const DiffViewer = dynamic(
  async () => (await import("./diff-viewer-view.tsx")).DiffViewerView,
  { ssr: false, loading: LoadingEditor },
);

/** A text that is only read, loaded like the editor. */
export const YamlViewer = dynamic(
  async () => (await import("./yaml-viewer-view.tsx")).YamlViewerView,
  { ssr: false, loading: LoadingEditor },
);
