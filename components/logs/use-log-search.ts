"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { logHitsQuery } from "#lib/query/execution-log.ts";
import { failureText } from "#lib/query/query-client.ts";
import { isBroken, patternFrom, type SearchTerm } from "./hit-ranges.ts";
import type { LogFilter } from "./log-filter.ts";
import { hitText, stepToHit } from "./search-steps.ts";

export interface LogSearchState {
  pattern: RegExp | null;
  /** Position of the hit one is at. */
  current: number | null;
  /** `2 of 5`, or why there is no such thing; empty while nothing is searched. */
  text: string;
  hasHits: boolean;
  /**
   * Goes to the next or previous hit, from what can be seen when no step was made yet, and says
   * where it is; null without one. A step that is asked for while the server searches waits for it.
   */
  step: (direction: 1 | -1, firstVisible: number) => Promise<number | null>;
}

/** Searches the server's copy of the log and walks through what was found. */
export function useLogSearch(options: {
  executionId: string;
  filter: LogFilter;
  term: SearchTerm;
  isLive: boolean;
}): LogSearchState {
  const { executionId, filter, term, isLive } = options;
  const key = JSON.stringify([filter, term]);
  const [at, setAt] = useState<{ key: string; position: number } | null>(null);
  const isWrong = isBroken(term);
  const client = useQueryClient();
  const isSearching = term.text !== "" && !isWrong;
  const query = logHitsQuery(executionId, {
    ...filter,
    q: term.text,
    isRegex: term.isRegex,
    isCaseSensitive: term.isCaseSensitive,
    isLive,
  });
  const { data, error, isPlaceholderData } = useQuery({ ...query, enabled: isSearching });
  const { text, isRegex, isCaseSensitive } = term;
  const pattern = useMemo(
    () => patternFrom({ text, isRegex, isCaseSensitive }),
    [text, isRegex, isCaseSensitive],
  );

  const hits = isSearching ? data : undefined;
  const current = at !== null && at.key === key ? at.position : null;
  const say = (): string => {
    if (term.text === "") return "";
    if (isWrong) return "no valid pattern";
    if (error !== null) return failureText(error);
    return hits === undefined || isPlaceholderData ? "…" : hitText(hits, current);
  };
  return {
    pattern,
    current,
    text: say(),
    hasHits: (hits?.positions.length ?? 0) > 0,
    step: async (direction, firstVisible) => {
      if (!isSearching) return null;
      const { positions } = await client.ensureQueryData(query);
      const from = { position: current ?? firstVisible, isAtHit: current !== null };
      const position = stepToHit(positions, from, direction);
      if (position !== null) setAt({ key, position });
      return position;
    },
  };
}
