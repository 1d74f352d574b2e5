import { clsx } from "clsx";
import Link from "next/link";
import type { ReactElement } from "react";
import { STATE_LOOK, TONE_TEXT } from "#components/ui/state-tone.ts";
import type { FlowSummary } from "#lib/core/flow-view.ts";
import { paths } from "#lib/core/paths.ts";
import { sparkHeights } from "./spark-heights.ts";

/** The last executions, the newest at the right: a bar's colour is its state, its height its duration. */
export function SparkBars({ recent }: { recent: FlowSummary["recent"] }): ReactElement {
  if (recent.length === 0) return <span className="text-ink-3">not run yet</span>;
  const heights = sparkHeights(recent);
  const states = recent.map((execution) => STATE_LOOK[execution.state].label);
  return (
    <>
      <span className="sr-only">{`${recent.length} executions, the newest last: ${states.join(", ")}`}</span>
      {/* The keyboard reaches executions through the flow: sixteen stops in each row would be in the way. */}
      <span aria-hidden className="flex h-5 items-end">
        {recent.map((execution, index) => (
          <Link
            key={execution.id}
            href={paths.execution(execution.id)}
            prefetch={false}
            tabIndex={-1}
            title={STATE_LOOK[execution.state].label}
            className="flex h-5 w-1.5 items-end hover:opacity-70"
          >
            <span
              className={clsx(
                "w-1 rounded-[1px] bg-current",
                TONE_TEXT[STATE_LOOK[execution.state].tone],
              )}
              style={{ height: heights[index] }}
            />
          </Link>
        ))}
      </span>
    </>
  );
}
