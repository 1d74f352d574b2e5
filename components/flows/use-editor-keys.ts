"use client";
import { useEffect, useEffectEvent } from "react";
import { hasMod } from "#components/ui/platform.ts";

/** ⌘S saves; ⌘E and ⌘↵ open Execute, wherever the focus is on the page. */
export function useEditorKeys(on: { save: () => void; execute: () => void }): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!hasMod(event)) return;
    const key = event.key.toLowerCase();
    const isOurs = key === "s" || key === "e" || key === "enter";
    if (!isOurs || (key !== "s" && document.querySelector('[role="dialog"]') !== null)) return;
    // Before the editor, which has uses of its own for some of them, and before the browser.
    event.preventDefault();
    event.stopPropagation();
    if (key === "s") on.save();
    else on.execute();
  });
  useEffect(() => {
    document.addEventListener("keydown", onKey, true);
    return () => document.removeEventListener("keydown", onKey, true);
  }, []);
}
