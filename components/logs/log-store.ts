import type { LogLine } from "#lib/core/log-line.ts";
import {
  EMPTY_WINDOW,
  lastPage,
  type LogWindow,
  missingPages,
  PAGE_LINES,
  withoutFarPages,
  withPage,
  withTail,
} from "./log-window.ts";

export interface LogSnapshot {
  window: LogWindow;
  /** Why the last read failed; null when none did. It is tried again by itself. */
  error: unknown;
}

export interface LogStore {
  snapshot: () => LogSnapshot;
  subscribe: (listener: () => void) => () => void;
  /** Begins to read; stopped, nothing is read or told any more. */
  start: () => () => void;
  /** These positions can be seen: what of them is missing is fetched. */
  look: (first: number, last: number) => void;
  /** Lines of the execution that arrived live, whether they match or not. */
  receive: (lines: readonly LogLine[]) => void;
}

const RETRY_MS = 2_000;
/** Of a very long log, arrivals are shown less often: laying it out takes longer. */
const LONG_LOG = 200_000;
const LONG_LOG_PAUSE_MS = 300;

/**
 * Brings together what the server has of a log and what arrives live, for one filter. Only pages
 * that are looked at are read; what arrives is placed behind the last line that is known.
 */
export function createLogStore(options: {
  readPage: (page: number, signal: AbortSignal) => Promise<{ lines: LogLine[]; total: number }>;
  matches: (line: LogLine) => boolean;
}): LogStore {
  const listeners = new Set<() => void>();
  const reading = new Set<number>();
  let state: LogSnapshot = { window: EMPTY_WINDOW, error: null };
  let stopping = new AbortController();
  let seen = { first: 0, last: PAGE_LINES - 1 };
  /** What arrived before the log's end was known. */
  let early: LogLine[] = [];
  /** The lines that arrived are those of the indexes from `from` on, before `to`; null before the first. */
  let heard: { from: number; to: number } | null = null;
  let pause: ReturnType<typeof setTimeout> | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const set = (next: LogSnapshot): void => {
    if (next.window === state.window && next.error === state.error) return;
    state = next;
    for (const listener of listeners) listener();
  };
  const placeEarly = (window: LogWindow): LogWindow => {
    if (window.lastIndex === null || early.length === 0) return window;
    const lines = early;
    early = [];
    return withTail(window, lines);
  };
  const read = async (page: number): Promise<void> => {
    if (reading.has(page) || stopping.signal.aborted) return;
    const { signal } = stopping;
    reading.add(page);
    try {
      const answer = await options.readPage(page, signal);
      if (signal.aborted) return;
      const around = Math.floor(seen.last / PAGE_LINES);
      const before = state.window.total;
      const window = withoutFarPages(withPage(state.window, page, answer, heard?.from), around);
      reading.delete(page);
      set({ window: placeEarly(window), error: null });
      // An answer that is shorter than it should be must not be asked for again at once.
      const start = page * PAGE_LINES;
      if (before === window.total && missingPages(window, start, start).length > 0) later();
      else fill();
    } catch (error) {
      reading.delete(page);
      if (signal.aborted) return;
      set({ ...state, error });
      later();
    }
  };
  function later(): void {
    clearTimeout(retry);
    retry = setTimeout(fill, RETRY_MS);
  }
  /** Reads what can be seen and is missing, and the end as long as it is not known. */
  function fill(): void {
    const { window } = state;
    const wanted = new Set(missingPages(window, seen.first, seen.last));
    if (window.total === null) wanted.add(0);
    else if (window.lastIndex === null) wanted.add(lastPage(window) ?? 0);
    for (const page of wanted) void read(page);
  }
  const arrive = (): void => {
    pause = null;
    set({ ...state, window: placeEarly(state.window) });
    fill();
  };

  return {
    snapshot: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: () => {
      stopping = new AbortController();
      fill();
      return () => {
        stopping.abort();
        reading.clear();
        clearTimeout(retry);
        if (pause !== null) clearTimeout(pause);
        pause = null;
      };
    },
    look: (first, last) => {
      seen = { first, last };
      fill();
    },
    receive: (lines) => {
      const [line] = lines;
      if (line === undefined) return;
      const to = (lines.at(-1)?.index ?? -1) + 1;
      // A gap in what arrives would be a gap in the count: the end is looked for again.
      const hasGap = heard !== null && line.index > heard.to;
      if (heard === null || hasGap) heard = { from: line.index, to };
      else heard.to = Math.max(heard.to, to);
      if (hasGap) {
        early = [];
        set({ ...state, window: { ...state.window, lastIndex: null } });
      }
      for (const each of lines) if (options.matches(each)) early.push(each);
      if ((state.window.total ?? 0) < LONG_LOG) arrive();
      else pause ??= setTimeout(arrive, LONG_LOG_PAUSE_MS);
    },
  };
}
