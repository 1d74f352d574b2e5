"use client";
import { type ReactElement, useEffect, useEffectEvent, useRef } from "react";
import { EDITOR_LOOK, makeModel, monaco, setUpMonaco } from "./monaco.ts";

/** YAML to be read, searched and copied. Tab leaves it, as nothing is written here. */
export function YamlViewerView({ text, label }: { text: string; label: string }): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const modelRef = useRef<monaco.editor.ITextModel | null>(null);
  const start = useEffectEvent((element: HTMLElement) => {
    setUpMonaco(null);
    const model = makeModel(text);
    const editor = monaco.editor.create(element, {
      ...EDITOR_LOOK,
      model,
      theme: "podflow",
      ariaLabel: label,
      readOnly: true,
      domReadOnly: true,
      tabFocusMode: true,
      lineNumbersMinChars: 3,
      wordWrap: "off",
      occurrencesHighlight: "off",
    });
    modelRef.current = model;
    return () => {
      modelRef.current = null;
      editor.dispose();
      model.dispose();
    };
  });
  useEffect(() => (place.current === null ? undefined : start(place.current)), []);
  useEffect(() => {
    if (modelRef.current !== null && modelRef.current.getValue() !== text) {
      modelRef.current.setValue(text);
    }
  }, [text]);
  return <div ref={place} className="size-full" />;
}
