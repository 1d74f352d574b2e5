import type { LogLine } from "#lib/core/log-line.ts";

/** Lines of one page: what is fetched, kept and let go together. */
export const PAGE_LINES = 500;
/** Pages that are kept: 20,000 lines, whatever the log's length. */
export const MAX_PAGES = 40;

/**
 * What a browser holds of a log that may have millions of lines: some pages of it, and how many
 * lines there are. Positions count the lines that match the filter, from 0.
 */
export interface LogWindow {
  /** Null until the server has said so once. */
  total: number | null;
  /** `index` of the line at `total - 1`: what arrives behind it is new. Null while it is not known. */
  lastIndex: number | null;
  /** Each page's first lines; a page is whole when nothing of it is missing up to `total`. */
  pages: ReadonlyMap<number, readonly LogLine[]>;
}

export const EMPTY_WINDOW: LogWindow = { total: null, lastIndex: null, pages: new Map() };

export function lineAt(window: LogWindow, position: number): LogLine | undefined {
  return window.pages.get(Math.floor(position / PAGE_LINES))?.[position % PAGE_LINES];
}

/** How many lines page `page` has when nothing of it is missing. */
function wholeLength(total: number, page: number): number {
  return Math.max(0, Math.min(PAGE_LINES, total - page * PAGE_LINES));
}

/** The pages with a line from `first` up to and with `last` that are not here whole, in order. */
export function missingPages(window: LogWindow, first: number, last: number): number[] {
  const total = window.total ?? 0;
  const missing: number[] = [];
  const end = Math.min(last, total - 1);
  for (
    let page = Math.floor(Math.max(0, first) / PAGE_LINES);
    page * PAGE_LINES <= end;
    page += 1
  ) {
    if ((window.pages.get(page)?.length ?? 0) < wholeLength(total, page)) missing.push(page);
  }
  return missing;
}

/** The page that holds the last line; null when the log is empty. */
export function lastPage(window: LogWindow): number | null {
  const total = window.total ?? 0;
  return total === 0 ? null : Math.floor((total - 1) / PAGE_LINES);
}

/**
 * With a page as the server answered it. While the log's end is not known, its `total` says how far
 * the log goes; after that what arrives says so, for a server's answer is ahead of it or behind.
 *
 * The end is known when the page holds it, or when every line behind the page's last one arrives by
 * itself: `heardFrom` is the index from which on nothing is missed.
 */
export function withPage(
  window: LogWindow,
  page: number,
  answer: { lines: readonly LogLine[]; total: number },
  heardFrom: number | null = null,
): LogWindow {
  const pages = new Map(window.pages);
  const known = pages.get(page);
  if (known === undefined || known.length <= answer.lines.length) pages.set(page, answer.lines);
  if (window.lastIndex !== null) return { ...window, pages };
  const end = page * PAGE_LINES + answer.lines.length;
  const index = answer.lines.at(-1)?.index ?? null;
  if (end === answer.total) return { total: end, lastIndex: index ?? -1, pages };
  const isHeard = heardFrom !== null && index !== null && index >= heardFrom - 1;
  if (isHeard) return { total: end, lastIndex: index, pages };
  return { total: Math.max(window.total ?? 0, answer.total), lastIndex: null, pages };
}

/**
 * With lines that arrived at the log's end; those that are known already are left out. The window
 * must know its last line (`lastIndex`), or it could not tell where they go.
 */
export function withTail(window: LogWindow, arrived: readonly LogLine[]): LogWindow {
  const { lastIndex } = window;
  if (lastIndex === null) return window;
  const lines = arrived.filter((line) => line.index > lastIndex);
  const last = lines.at(-1);
  if (last === undefined) return window;
  const grown = new Map<number, LogLine[]>();
  let total = window.total ?? 0;
  for (const line of lines) {
    const page = Math.floor(total / PAGE_LINES);
    const known = grown.get(page) ?? [...(window.pages.get(page) ?? [])];
    // A page whose beginning is not here is fetched whole when it is looked at.
    if (known.length === total % PAGE_LINES) known.push(line);
    grown.set(page, known);
    total += 1;
  }
  const pages = new Map([...window.pages, ...grown]);
  return { total, pages, lastIndex: last.index };
}

/** Without the pages that are the farthest from the one that is looked at. */
export function withoutFarPages(window: LogWindow, around: number): LogWindow {
  if (window.pages.size <= MAX_PAGES) return window;
  const near = [...window.pages.keys()]
    .toSorted((one, other) => Math.abs(one - around) - Math.abs(other - around))
    .slice(0, MAX_PAGES);
  return { ...window, pages: new Map(near.map((page) => [page, window.pages.get(page) ?? []])) };
}
