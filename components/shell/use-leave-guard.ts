"use client";
import { useRouter } from "next/navigation";
import { useEffect, useEffectEvent, useState } from "react";
import { guardLeaving } from "./leave-guard.ts";

/** The link of our own pages that a plain click was on; null for any other click. */
function linkLeft(event: MouseEvent): HTMLAnchorElement | null {
  const isPlain =
    event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!isPlain || event.defaultPrevented || link === null) return null;
  if (link.target !== "" || link.hasAttribute("download")) return null;
  const isOurs = link.origin === location.origin;
  return isOurs && link.pathname !== location.pathname ? link : null;
}

/**
 * While `isHeld`, asks before the page is left: by the browser's own question when it closes or
 * reloads, by `pending` when a link or a command goes to another of our pages.
 */
export function useLeaveGuard(isHeld: boolean): {
  /** Whether somebody wants to leave and waits for the answer. */
  isAsking: boolean;
  stay: () => void;
  leave: () => void;
} {
  const router = useRouter();
  const [pending, setPending] = useState<{ go: () => void } | null>(null);
  const onClick = useEffectEvent((event: MouseEvent) => {
    const link = linkLeft(event);
    if (link === null) return;
    event.preventDefault();
    event.stopPropagation();
    const href = link.pathname + link.search + link.hash;
    setPending({ go: () => router.push(href) });
  });
  useEffect(() => {
    if (!isHeld) return undefined;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const release = guardLeaving((go) => setPending({ go }));
    window.addEventListener("beforeunload", onUnload);
    document.addEventListener("click", onClick, true);
    return () => {
      release();
      window.removeEventListener("beforeunload", onUnload);
      document.removeEventListener("click", onClick, true);
    };
  }, [isHeld]);
  return {
    isAsking: pending !== null,
    stay: () => setPending(null),
    leave: () => {
      pending?.go();
      setPending(null);
    },
  };
}
