"use client";
import {
  createContext,
  type ReactElement,
  type ReactNode,
  useCallback,
  useContext,
  useSyncExternalStore,
} from "react";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for the whole page; it runs only while something on it shows time. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** When the server drew the page: the browser's first drawing must say the same. */
const DrawnAt = createContext(0);

export function ClockProvider({
  now,
  children,
}: {
  now: number;
  children: ReactNode;
}): ReactElement {
  return <DrawnAt value={now}>{children}</DrawnAt>;
}

/** What `read` makes of the time now; the component is drawn again only when that changes. */
export function useClock<T extends string | number | boolean>(read: (nowMs: number) => T): T {
  const drawnAt = useContext(DrawnAt);
  const now = useCallback(() => read(Date.now()), [read]);
  const then = useCallback(() => read(drawnAt), [read, drawnAt]);
  return useSyncExternalStore(subscribe, now, then);
}
