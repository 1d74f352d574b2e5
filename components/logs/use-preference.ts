"use client";
import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  globalThis.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    globalThis.removeEventListener("storage", listener);
  };
}

/** Where a browser keeps nothing (private windows may refuse), a choice lasts as long as the page. */
const kept = new Map<string, string>();

function read(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? kept.get(key) ?? null;
  } catch (error) {
    if (error instanceof DOMException) return kept.get(key) ?? null;
    throw error;
  }
}

function write(key: string, value: string): void {
  kept.set(key, value);
  try {
    localStorage.setItem(key, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  for (const listener of listeners) listener();
}

/**
 * A switch that this browser remembers, the same in all its windows. `usual` is what it is at first,
 * asked in the browser; the server draws it on.
 */
export function usePreference(
  name: string,
  usual: () => boolean,
): [boolean, (isOn: boolean) => void] {
  const key = `podflow.${name}`;
  const text = useSyncExternalStore(
    subscribe,
    () => read(key) ?? (usual() ? "on" : "off"),
    () => "on",
  );
  const set = useCallback((isOn: boolean) => write(key, isOn ? "on" : "off"), [key]);
  return [text === "on", set];
}
