"use client";
import { type RefObject, useEffect, useEffectEvent, useState } from "react";
import { hasMod } from "#components/ui/platform.ts";

/** How the manifest was opened; null while it is closed. */
type Opened = "key" | "button" | null;

/**
 * Whether the manifest is shown. ⌘J shows and hides it wherever the focus is on the page, and the
 * focus goes back to the source. `place` is what it stands in, which another tab may hide.
 */
export function useManifestToggle(place: RefObject<HTMLElement | null>, giveFocusBack: () => void) {
  const [opened, setOpened] = useState<Opened>(null);
  const close = () => {
    setOpened(null);
    giveFocusBack();
  };
  const toggle = (by: "key" | "button") => (opened === null ? setOpened(by) : close());
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const isHidden = place.current === null || place.current.offsetParent === null;
    if (!hasMod(event) || event.key.toLowerCase() !== "j" || isHidden) return;
    if (document.querySelector('[role="dialog"]') !== null) return;
    // Before the editor and the browser, which have uses of their own for it.
    event.preventDefault();
    event.stopPropagation();
    toggle("key");
  });
  useEffect(() => {
    document.addEventListener("keydown", onKey, true);
    return () => document.removeEventListener("keydown", onKey, true);
  }, []);
  return { opened, toggle, close };
}
