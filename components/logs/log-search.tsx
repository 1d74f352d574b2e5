"use client";
import { ArrowDown, ArrowUp, CaseSensitive, Regex } from "lucide-react";
import type { ReactElement } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import type { SearchTerm } from "./hit-ranges.ts";

/** Where the log is searched: Enter goes to the next hit, with shift to the one before. */
export function LogSearch({
  term,
  onChange,
  text,
  hasHits,
  onStep,
}: {
  term: SearchTerm;
  onChange: (change: Partial<SearchTerm>) => void;
  /** How many were found and where one is. */
  text: string;
  hasHits: boolean;
  onStep: (direction: 1 | -1) => void;
}): ReactElement {
  const isEmpty = term.text === "";
  return (
    <SearchField
      isSmall
      isPageSearch
      label="Search the log"
      className="w-64 max-w-full grow pr-0.5 sm:grow-0 lg:w-80"
      value={term.text}
      onChange={(event) => onChange({ text: event.target.value })}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
        event.preventDefault();
        onStep(event.shiftKey ? -1 : 1);
      }}
      end={
        <span className="flex shrink-0 items-center">
          <output className="mr-1 max-w-40 truncate text-xs text-ink-3 tabular-nums" title={text}>
            {text}
          </output>
          {isEmpty ? null : (
            <>
              <IconButton
                size="sm"
                label="Previous hit (Shift Enter)"
                disabled={!hasHits}
                onClick={() => onStep(-1)}
              >
                <ArrowUp size={14} aria-hidden />
              </IconButton>
              <IconButton
                size="sm"
                label="Next hit (Enter)"
                disabled={!hasHits}
                onClick={() => onStep(1)}
              >
                <ArrowDown size={14} aria-hidden />
              </IconButton>
            </>
          )}
          <IconButton
            size="sm"
            label="Match case"
            isPressed={term.isCaseSensitive}
            onClick={() => onChange({ isCaseSensitive: !term.isCaseSensitive })}
          >
            <CaseSensitive size={16} aria-hidden />
          </IconButton>
          <IconButton
            size="sm"
            label="Regular expression"
            isPressed={term.isRegex}
            onClick={() => onChange({ isRegex: !term.isRegex })}
          >
            <Regex size={14} aria-hidden />
          </IconButton>
        </span>
      }
    />
  );
}
