import type { ReactElement } from "react";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { failureText } from "#lib/query/query-client.ts";

/** A log without a line: why, and what will happen or can be done. */
export function LogEmpty({
  isKnown,
  error,
  isFiltered,
  title,
  detail,
  onAllLevels,
}: {
  /** The server has said that there is none. */
  isKnown: boolean;
  error: unknown;
  isFiltered: boolean;
  title: string;
  detail: string;
  onAllLevels: () => void;
}): ReactElement | null {
  if (!isKnown) {
    if (error === null) return <output aria-label="The log is being read" className="grow" />;
    return (
      <EmptyState title="The log cannot be read right now.">
        {failureText(error)} It is tried again by itself.
      </EmptyState>
    );
  }
  if (isFiltered) {
    return (
      <EmptyState
        title="No line matches."
        action={<Button onClick={onAllLevels}>Show all lines</Button>}
      >
        The filter above leaves nothing to show.
      </EmptyState>
    );
  }
  return <EmptyState title={title}>{detail}</EmptyState>;
}
