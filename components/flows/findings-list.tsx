"use client";
import { clsx } from "clsx";
import type { ReactElement } from "react";
import { CodeText } from "#components/ui/code-text.tsx";
import type { PreviewFinding } from "#lib/core/preview-view.ts";
import { findingCounts } from "./finding-counts.ts";

const COLOUR = {
  error: "text-failed",
  warning: "text-warning",
  info: "text-running",
  "not-checked": "text-ink-3",
} as const satisfies Record<PreviewFinding["severity"], string>;

const NAME = {
  error: "error",
  warning: "warning",
  info: "info",
  "not-checked": "not checked",
} as const satisfies Record<PreviewFinding["severity"], string>;

/** What stands against a run, the worst first; those with a line lead to it. */
export function FindingsList({
  findings,
  hasManifest,
  onGoTo,
}: {
  findings: readonly PreviewFinding[];
  /** Otherwise the list has the room for itself. */
  hasManifest: boolean;
  onGoTo: (finding: PreviewFinding) => void;
}): ReactElement {
  const [worst] = findings;
  return (
    <section
      aria-label="Findings"
      className={clsx(
        "flex min-h-0 flex-col border-b border-line",
        hasManifest ? "max-h-[45%] shrink-0" : "grow",
      )}
    >
      <output
        className={clsx(
          "shrink-0 px-4 pt-2.5 pb-1 text-xs font-strong tabular-nums",
          worst === undefined ? "text-success" : COLOUR[worst.severity],
        )}
      >
        {findingCounts(findings)}
      </output>
      <ul className="pane min-h-0 pb-2 text-xs" tabIndex={-1}>
        {findings.map((finding, index) => (
          <Finding key={index} finding={finding} onGoTo={() => onGoTo(finding)} />
        ))}
      </ul>
    </section>
  );
}

function Finding({
  finding,
  onGoTo,
}: {
  finding: PreviewFinding;
  onGoTo: () => void;
}): ReactElement {
  const { severity, message, remedy, evidence, range } = finding;
  const sentence = (
    <>
      <span className={clsx("w-[74px] shrink-0", COLOUR[severity])}>{NAME[severity]}</span>
      <span className="min-w-0 grow break-words text-ink">
        <CodeText text={message} />
      </span>
      {range === null ? null : (
        <span className="shrink-0 font-mono text-ink-3 tabular-nums">line {range.startLine}</span>
      )}
    </>
  );
  return (
    <li className="px-3">
      {range === null ? (
        <p className="flex items-baseline gap-2 px-1 py-1">{sentence}</p>
      ) : (
        <button
          type="button"
          onClick={onGoTo}
          className="flex w-full items-baseline gap-2 rounded-sm px-1 py-1 text-left hover:bg-ground"
        >
          {sentence}
        </button>
      )}
      {remedy === "" && evidence === "" ? null : (
        <div className="pb-1 pl-[86px] text-ink-2">
          {remedy === "" ? null : (
            <p className="break-words">
              <CodeText text={remedy} />
            </p>
          )}
          {evidence === "" ? null : (
            <details>
              <summary className="cursor-default text-ink-3 hover:text-ink">Evidence</summary>
              <pre className="mt-1 max-h-48 overflow-auto rounded-sm bg-sunken p-2 font-mono break-words whitespace-pre-wrap text-ink">
                {evidence}
              </pre>
            </details>
          )}
        </div>
      )}
    </li>
  );
}
