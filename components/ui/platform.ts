"use client";
import { useSyncExternalStore } from "react";

const never = () => () => undefined;

const isMac = () => /mac|iphone|ipad/i.test(navigator.userAgent);

/** Whether the key is pressed with this keyboard's command key alone: ⌘ on a Mac, Ctrl elsewhere. */
export function hasMod(event: KeyboardEvent): boolean {
  const [mod, other] = isMac() ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  return mod && !other && !event.altKey && !event.shiftKey;
}

/** Whether the keyboard has a ⌘; false while the server draws the page. */
export function useIsMac(): boolean {
  return useSyncExternalStore(never, isMac, () => false);
}
