"use client";
import { clsx } from "clsx";
import { ChevronDown, ChevronUp } from "lucide-react";
import { type ReactElement, type ReactNode, useState } from "react";
import { Button, IconButton } from "#components/ui/button.tsx";
import { CodeText } from "#components/ui/code-text.tsx";
import type { Problem } from "#lib/core/flow-view.ts";
import { problemCounts, sortedProblems } from "./problem-counts.ts";

const COLOUR = { error: "text-failed", warning: "text-warning", info: "text-running" } as const;

/** What the validator says, below the editor: how many, the first one, and all of them on demand. */
export function ProblemsPanel({
  problems,
  isChecking,
  canFix,
  onGoTo,
  onFix,
  trailing,
}: {
  problems: readonly Problem[];
  isChecking: boolean;
  /** Whether the places are those of the text that is shown. */
  canFix: boolean;
  onGoTo: (problem: Problem) => void;
  onFix: (problem: Problem) => void;
  /** At the end of the bar. */
  trailing?: ReactNode;
}): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const sorted = sortedProblems(problems);
  const [first] = sorted;
  const isLong = sorted.length > 0;
  const shown = isOpen ? sorted : sorted.slice(0, 1);
  return (
    <section
      aria-label="Problems"
      className="flex max-h-[40%] min-h-[34px] shrink-0 items-start gap-2 border-t border-line pr-2 pl-4 text-xs text-ink-2"
    >
      <output
        className={clsx(
          "shrink-0 py-[9px] font-strong whitespace-nowrap tabular-nums",
          first === undefined ? "text-ink-3" : COLOUR[first.severity],
        )}
      >
        {first === undefined && isChecking ? "Checking…" : problemCounts(problems)}
      </output>
      <ul className="pane max-h-full grow self-stretch py-1">
        {shown.map((problem, index) => (
          <li key={index} className="flex min-h-[26px] items-center gap-2">
            <button
              type="button"
              onClick={() => onGoTo(problem)}
              className="flex min-w-0 grow items-baseline gap-2 rounded-sm px-1 py-0.5 text-left hover:bg-ground"
            >
              <span className={clsx("shrink-0 font-mono tabular-nums", COLOUR[problem.severity])}>
                {problem.range.startLine}:{problem.range.startColumn}
              </span>
              <span className={clsx("min-w-0", isOpen ? "break-words" : "truncate")}>
                <CodeText text={problem.message} />
              </span>
            </button>
            {problem.fix === undefined ? null : (
              <Button
                size="sm"
                title={problem.fix.title}
                disabled={!canFix}
                onClick={() => onFix(problem)}
              >
                Fix
              </Button>
            )}
          </li>
        ))}
      </ul>
      {isLong ? (
        <IconButton
          size="sm"
          className="mt-1"
          label={isOpen ? "Show the first problem only" : "Show every problem"}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? <ChevronDown size={14} aria-hidden /> : <ChevronUp size={14} aria-hidden />}
        </IconButton>
      ) : null}
      {trailing}
    </section>
  );
}
