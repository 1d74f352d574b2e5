"use client";
import { useEffect, useEffectEvent } from "react";
import { hasMod } from "#components/ui/platform.ts";
import { leaveRow, moveRow } from "./row-keys.ts";
import { isCovered, isTyping } from "./typing.ts";

function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>("[data-search]");
  field?.focus();
  field?.select();
  return field !== null;
}

/** The keys that work on every page: ⌘K, `?`, `/`, and `j k esc` in lists. */
export function useShellKeys(open: { palette: () => void; shortcuts: () => void }): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const hasModifier = event.metaKey || event.ctrlKey || event.altKey;
    if (event.defaultPrevented || hasModifier || isTyping(event.target) || isCovered()) return;
    if (event.key === "?") {
      event.preventDefault();
      open.shortcuts();
    } else if (event.key === "/") {
      if (focusSearch()) event.preventDefault();
    } else if (event.key === "j") moveRow(1);
    else if (event.key === "k") moveRow(-1);
    else if (event.key === "Escape") leaveRow();
  });
  // Before anything that has the focus: the editor has a use of its own for ⌘K.
  const onFirst = useEffectEvent((event: KeyboardEvent) => {
    if (!hasMod(event) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    event.stopPropagation();
    open.palette();
  });
  useEffect(() => {
    document.addEventListener("keydown", onFirst, true);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("keydown", onFirst, true);
      document.removeEventListener("keydown", onKey);
    };
  }, []);
}
