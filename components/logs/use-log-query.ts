"use client";
import {
  parseAsBoolean,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from "nuqs";
import { LOG_LEVELS, type LogLevel } from "#lib/core/log-line.ts";

export interface LogQueryState {
  level: LogLevel | null;
  /** From 0; in the URL as people count, from 1. */
  attempt: number | null;
  q: string;
  regex: boolean;
  case: boolean;
}

/** What of a log is shown and searched, kept in the URL so that a link shows the same. */
export function useLogQuery(): [LogQueryState, (change: Partial<LogQueryState>) => void] {
  const [state, setState] = useQueryStates(
    {
      level: parseAsStringLiteral(LOG_LEVELS),
      attempt: parseAsInteger,
      q: parseAsString.withDefault(""),
      regex: parseAsBoolean.withDefault(false),
      case: parseAsBoolean.withDefault(false),
    },
    { history: "replace", throttleMs: 100 },
  );
  const set = (change: Partial<LogQueryState>): void => {
    const { attempt, ...rest } = change;
    const written = attempt === undefined ? {} : { attempt: attempt === null ? null : attempt + 1 };
    void setState({ ...rest, ...written });
  };
  return [{ ...state, attempt: state.attempt === null ? null : state.attempt - 1 }, set];
}
