import type { ReactElement } from "react";
import { CopyButton } from "#components/ui/copy-button.tsx";
import type { LogFacts } from "./log-standing.ts";

/** What can be looked up of a sealed log; nothing when there is nothing to say. */
export function LogFactsList({ facts }: { facts: LogFacts }): ReactElement | null {
  const { sha256, gaps, isJoined } = facts;
  if (sha256 === null && gaps.length === 0 && !isJoined) return null;
  return (
    <details className="open:order-last open:basis-full">
      <summary className="cursor-pointer rounded-sm text-ink-3 hover:text-ink">Details</summary>
      <div className="max-h-40 overflow-y-auto py-1 text-ink-2">
        {gaps.length === 0 ? null : (
          <ul className="list-disc pl-4">
            {gaps.map((gap) => (
              <li key={gap}>{gap}</li>
            ))}
          </ul>
        )}
        {sha256 === null ? null : (
          <p className="flex flex-wrap items-center gap-x-1">
            SHA-256 of its lines
            <code className="min-w-0 font-mono wrap-anywhere">{sha256}</code>
            <CopyButton text={sha256} label="Copy the hash" />
          </p>
        )}
        {isJoined ? (
          <p>The cluster joins stdout and stderr, so that lines of stderr are not marked.</p>
        ) : null}
      </div>
    </details>
  );
}
