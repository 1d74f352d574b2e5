"use client";
import { type ReactElement, useEffect, useEffectEvent, useRef } from "react";
import { EDITOR_LOOK, makeModel, monaco, setUpMonaco } from "./monaco.ts";

const labelsOf = (label: string) => ({
  originalAriaLabel: `${label}: before`,
  modifiedAriaLabel: `${label}: after`,
});

/** What is the same is folded away, unless there is nothing else to see. */
const unchangedRegions = (isDifferent: boolean) => ({
  enabled: isDifferent,
  contextLineCount: 3,
  minimumLineCount: 4,
});

/** What differs between two sources: side by side, or one below the other where there is little room. */
export function DiffViewerView({
  before,
  after,
  isSideBySide,
  label,
}: {
  before: string;
  after: string;
  isSideBySide: boolean;
  label: string;
}): ReactElement {
  const isDifferent = before !== after;
  const place = useRef<HTMLDivElement>(null);
  const editorRef = useRef<monaco.editor.IStandaloneDiffEditor | null>(null);
  const start = useEffectEvent((element: HTMLElement) => {
    setUpMonaco(null);
    const models = { original: makeModel(before), modified: makeModel(after) };
    const editor = monaco.editor.createDiffEditor(element, {
      ...EDITOR_LOOK,
      ...labelsOf(label),
      theme: "podflow",
      readOnly: true,
      originalEditable: false,
      domReadOnly: true,
      renderSideBySide: isSideBySide,
      useInlineViewWhenSpaceIsLimited: true,
      renderOverviewRuler: false,
      hideUnchangedRegions: unchangedRegions(isDifferent),
      renderMarginRevertIcon: false,
      renderGutterMenu: false,
    });
    editor.setModel(models);
    editorRef.current = editor;
    return () => {
      editorRef.current = null;
      editor.dispose();
      models.original.dispose();
      models.modified.dispose();
    };
  });
  useEffect(() => (place.current === null ? undefined : start(place.current)), []);
  useEffect(
    () =>
      // A change of options forgets the labels that it does not repeat.
      editorRef.current?.updateOptions({
        renderSideBySide: isSideBySide,
        hideUnchangedRegions: unchangedRegions(isDifferent),
        ...labelsOf(label),
      }),
    [isSideBySide, isDifferent, label],
  );
  useEffect(() => {
    const models = editorRef.current?.getModel();
    if (models?.original.getValue() !== before) models?.original.setValue(before);
    if (models?.modified.getValue() !== after) models?.modified.setValue(after);
  }, [before, after]);
  return <div ref={place} className="size-full" />;
}
