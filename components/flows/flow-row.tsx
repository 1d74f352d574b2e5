import Link from "next/link";
import type { ReactElement } from "react";
import { Button } from "#components/ui/button.tsx";
import { Td, Tr } from "#components/ui/data-table.tsx";
import { Duration, RelativeTime } from "#components/ui/relative-time.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { Tag } from "#components/ui/tag.tsx";
import type { FlowSummary } from "#lib/core/flow-view.ts";
import { paths } from "#lib/core/paths.ts";
import { DISABLED_REASON } from "./disabled-reason.ts";
import { firstLine } from "./first-line.ts";
import { SparkBars } from "./spark-bars.tsx";

/** One flow of the list: what it is, how it has been going, and the button that runs it. */
export function FlowRow({
  flow,
  onExecute,
}: {
  flow: FlowSummary;
  onExecute: () => void;
}): ReactElement {
  const last = flow.recent.at(-1);
  return (
    <Tr>
      <Td className="w-full max-w-0">
        <div className="flex items-center gap-2 overflow-hidden max-sm:flex-col max-sm:items-start max-sm:gap-0.5 max-sm:py-2">
          <Link
            href={paths.flow(flow)}
            className="max-w-full shrink-0 truncate rounded-sm font-strong -outline-offset-2 hover:underline max-sm:shrink"
          >
            {flow.id}
          </Link>
          <Tag>{flow.namespace}</Tag>
          {flow.disabled ? <span className="shrink-0 text-ink-3">disabled</span> : null}
          <span className="min-w-0 truncate text-ink-2 max-md:hidden">
            {firstLine(flow.description)}
          </span>
        </div>
      </Td>
      <Td from="lg">
        <SparkBars recent={flow.recent} />
      </Td>
      <Td>
        {last === undefined ? null : (
          <Link href={paths.execution(last.id)} prefetch={false} className="rounded-full">
            <StateChip state={last.state} />
          </Link>
        )}
      </Td>
      <Td from="sm" isRight className="text-ink-2">
        {last === undefined ? "never" : <RelativeTime date={last.createdAt} />}
      </Td>
      <Td from="md" isRight>
        {last === undefined ? null : (
          <Duration from={last.startedAt ?? last.createdAt} to={last.endedAt} />
        )}
      </Td>
      <Td isRight>
        <Button
          onClick={onExecute}
          whyNot={flow.disabled ? DISABLED_REASON : null}
          aria-label={`Execute ${flow.id}`}
        >
          Execute
        </Button>
      </Td>
    </Tr>
  );
}
