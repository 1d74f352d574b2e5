"use client";
import type { ReactElement, ReactNode } from "react";
import { Button } from "#components/ui/button.tsx";
import { TONE_TEXT } from "#components/ui/state-tone.ts";
import { LogFactsList } from "./log-facts-list.tsx";
import type { LogStanding } from "./log-standing.ts";
import type { LineRange } from "./permalink.ts";

/** The log's last line of all: whether it is whole, and what can be done with chosen lines. */
export function LogFoot({
  standing,
  range,
  onCopyLines,
  onCopyLink,
  onClear,
  onFollow,
  notice,
}: {
  standing: LogStanding;
  range: LineRange | null;
  onCopyLines: () => void;
  onCopyLink: () => void;
  onClear: () => void;
  /** Goes back to the end; null when the log follows or has no end to follow. */
  onFollow: (() => void) | null;
  /** What is wrong with reading the log right now. */
  notice: ReactNode;
}): ReactElement {
  return (
    <footer className="flex min-h-[34px] shrink-0 flex-wrap items-center gap-x-2 border-t border-line px-4 py-1 text-xs text-ink-2 tabular-nums">
      <span className={`font-strong ${TONE_TEXT[standing.tone]}`}>{standing.word}</span>
      <span className="min-w-0 break-words">{standing.text}</span>
      <LogFactsList facts={standing.facts} />
      {notice}
      {onFollow === null ? null : (
        <Button variant="plain" size="sm" onClick={onFollow}>
          Follow
        </Button>
      )}
      {range === null ? null : (
        <span className="ml-auto flex items-center gap-1">
          <span className="mr-1">
            {range.first === range.last
              ? `Line ${range.first}`
              : `Lines ${range.first}–${range.last}`}
          </span>
          <Button variant="plain" size="sm" onClick={onCopyLines}>
            Copy text
          </Button>
          <Button variant="plain" size="sm" onClick={onCopyLink}>
            Copy link
          </Button>
          <Button variant="plain" size="sm" onClick={onClear}>
            Clear
          </Button>
        </span>
      )}
    </footer>
  );
}
