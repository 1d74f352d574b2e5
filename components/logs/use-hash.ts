"use client";
import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  globalThis.addEventListener("hashchange", listener);
  return () => {
    listeners.delete(listener);
    globalThis.removeEventListener("hashchange", listener);
  };
}

/** The part of the URL behind `#`, with it; setting it adds nothing to the history. */
export function useHash(): [string, (hash: string) => void] {
  const hash = useSyncExternalStore(
    subscribe,
    () => location.hash,
    () => "",
  );
  const set = useCallback((next: string) => {
    history.replaceState(history.state, "", `${location.pathname}${location.search}${next}`);
    for (const listener of listeners) listener();
  }, []);
  return [hash, set];
}
