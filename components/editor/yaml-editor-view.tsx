"use client";
import { type ReactElement, useEffect, useEffectEvent, useRef } from "react";
import type { Problem } from "#lib/core/flow-view.ts";
import type { EditorHandle } from "./editor-handle.ts";
import type { ExpressionCatalogue } from "./expression-completion.ts";
import { EDITOR_LOOK, makeModel, monaco, setUpMonaco } from "./monaco.ts";
import { setCatalogue } from "./register-expression-completion.ts";
import { editsOf, forgetProblems, markProblems } from "./register-quick-fixes.ts";

export interface YamlEditorProps {
  /** What is in it at first: later changes are asked for through the handle. */
  initialValue: string;
  onChange: (value: string) => void;
  problems: readonly Problem[];
  schema: object;
  catalogue: ExpressionCatalogue;
  label: string;
  onReady: (handle: EditorHandle) => void;
  /** The line of the cursor, from 1, at first and whenever it is another one. */
  onLine?: (line: number) => void;
}

let opened = 0;

function handleOf(editor: monaco.editor.IStandaloneCodeEditor): EditorHandle {
  return {
    goTo(line, column) {
      editor.setPosition({ lineNumber: line, column });
      editor.revealPositionInCenterIfOutsideViewport({ lineNumber: line, column });
      editor.focus();
    },
    focus() {
      editor.focus();
    },
    fix(problem) {
      editor.pushUndoStop();
      editor.executeEdits("fix", editsOf(problem));
      editor.pushUndoStop();
      editor.focus();
    },
    replace(text) {
      const range = editor.getModel()?.getFullModelRange();
      if (range === undefined) return;
      editor.pushUndoStop();
      editor.executeEdits("replace", [{ range, text }]);
      editor.pushUndoStop();
    },
  };
}

/** A flow's source in Monaco. It owns its text while it is open; the page hears of every change. */
export function YamlEditorView({
  initialValue,
  onChange,
  problems,
  schema,
  catalogue,
  label,
  onReady,
  onLine,
}: YamlEditorProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const modelRef = useRef<monaco.editor.ITextModel | null>(null);
  const changed = useEffectEvent((value: string) => onChange(value));
  const moved = useEffectEvent((line: number) => onLine?.(line));
  const start = useEffectEvent((element: HTMLElement) => {
    setUpMonaco(schema);
    opened += 1;
    const uri = monaco.Uri.parse(`inmemory://flows/${opened}.flow.yaml`);
    const model = makeModel(initialValue, uri);
    const editor = monaco.editor.create(element, {
      ...EDITOR_LOOK,
      model,
      theme: "podflow",
      ariaLabel: label,
      tabSize: 2,
      insertSpaces: true,
      detectIndentation: false,
      quickSuggestions: { other: true, comments: false, strings: true },
      wordBasedSuggestions: "off",
      suggest: { showWords: false, preview: false, showStatusBar: false },
      fixedOverflowWidgets: true,
    });
    modelRef.current = model;
    model.onDidChangeContent(() => changed(model.getValue()));
    editor.onDidChangeCursorPosition(({ position }) => moved(position.lineNumber));
    markProblems(monaco, model, problems);
    onReady(handleOf(editor));
    return () => {
      modelRef.current = null;
      forgetProblems(model);
      editor.dispose();
      model.dispose();
    };
  });
  useEffect(() => (place.current === null ? undefined : start(place.current)), []);
  useEffect(() => setCatalogue(catalogue), [catalogue]);
  useEffect(() => {
    if (modelRef.current !== null) markProblems(monaco, modelRef.current, problems);
  }, [problems]);
  return <div ref={place} className="size-full" />;
}
