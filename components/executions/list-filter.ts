import { createLoader, parseAsArrayOf, parseAsString, parseAsStringLiteral } from "nuqs/server";
import type { ExecutionFilter } from "#lib/core/execution-view.ts";
import { STATES, type State } from "#lib/core/state.ts";

/** Stretches of time that end now. */
export const RECENT = {
  "1h": { label: "Last hour", ms: 3_600_000 },
  "24h": { label: "Last 24 hours", ms: 86_400_000 },
  "7d": { label: "Last 7 days", ms: 7 * 86_400_000 },
  "30d": { label: "Last 30 days", ms: 30 * 86_400_000 },
} as const;
export type Recent = keyof typeof RECENT;

const RECENT_NAMES: readonly Recent[] = ["1h", "24h", "7d", "30d"];

/** The list's filter as it stands in the URL; null where it says nothing. */
export interface UrlFilter {
  namespace: string | null;
  flowId: string | null;
  states: State[] | null;
  /** Wins over `from` and `to`: it moves on with the time. */
  last: Recent | null;
  from: string | null;
  to: string | null;
  text: string | null;
}

/** How the filter stands in the URL: as `paths.executions` writes it. */
export const FILTER_IN_URL = {
  namespace: parseAsString,
  flowId: parseAsString,
  states: parseAsArrayOf(parseAsStringLiteral(STATES)),
  last: parseAsStringLiteral(RECENT_NAMES),
  from: parseAsString,
  to: parseAsString,
  text: parseAsString,
};

/** Reads a page's search parameters on the server. */
export const loadUrlFilter = createLoader(FILTER_IN_URL);

export const NO_FILTER: UrlFilter = {
  namespace: null,
  flowId: null,
  states: null,
  last: null,
  from: null,
  to: null,
  text: null,
};

/** Of the years 1 to 9999 only: the database knows no year 0, and writes later ones in another way. */
function isoFrom(text: string | null): string | undefined {
  const ms = text === null ? Number.NaN : Date.parse(text);
  const iso = Number.isNaN(ms) ? "" : new Date(ms).toISOString();
  return /^(?!0000)\d{4}-/.test(iso) ? iso : undefined;
}

/** What to ask the server for, at this moment; parts that are empty or no date are left out. */
export function filterFrom(url: UrlFilter, nowMs: number): ExecutionFilter {
  const { last } = url;
  const from = last === null ? isoFrom(url.from) : new Date(nowMs - RECENT[last].ms).toISOString();
  const to = last === null ? isoFrom(url.to) : undefined;
  return {
    ...(url.namespace ? { namespace: url.namespace } : {}),
    ...(url.flowId ? { flowId: url.flowId } : {}),
    ...(url.states !== null && url.states.length > 0 ? { states: url.states } : {}),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(url.text ? { text: url.text } : {}),
  };
}

export function isFiltered(url: UrlFilter): boolean {
  return Object.values(url).some((part) => part !== null && part !== "" && part.length > 0);
}
