import Link from "next/link";
import type { ReactElement } from "react";
import { Td, Tr } from "#components/ui/data-table.tsx";
import { Duration, RelativeTime } from "#components/ui/relative-time.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { Tag } from "#components/ui/tag.tsx";
import type { ExecutionSummary } from "#lib/core/execution-view.ts";
import { paths } from "#lib/core/paths.ts";
import { shortId } from "./short-id.ts";

/** One execution of a list; all of the row leads to it. */
export function ExecutionRow({
  execution,
  hasFlow,
}: {
  execution: ExecutionSummary;
  /** Whether it says which flow it is of. */
  hasFlow: boolean;
}): ReactElement {
  const id = (
    <Link
      href={paths.execution(execution.id)}
      prefetch={false}
      title={execution.id}
      className="rounded-sm font-mono text-xs/5 font-strong outline-offset-2 after:absolute after:inset-0 hover:underline"
    >
      {shortId(execution.id)}
    </Link>
  );
  return (
    <Tr className="relative">
      <Td className="w-px">
        <StateChip state={execution.state} />
      </Td>
      <Td className="w-full max-w-0">
        <div className="flex items-center gap-2 overflow-hidden">
          {hasFlow ? <span className="truncate font-strong">{execution.flowId}</span> : null}
          <span className="shrink-0">{id}</span>
          {hasFlow ? (
            <span className="max-sm:hidden">
              <Tag>{execution.namespace}</Tag>
            </span>
          ) : null}
          <span className="min-w-0 truncate text-ink-2 max-md:hidden">
            {execution.failure?.message ?? labelsText(execution.labels)}
          </span>
        </div>
      </Td>
      <Td from="lg" isRight className="text-ink-2">
        {execution.revision}
      </Td>
      <Td isRight className="text-ink-2">
        <RelativeTime date={execution.createdAt} />
      </Td>
      <Td from="sm" isRight>
        <Duration from={execution.startedAt ?? execution.createdAt} to={execution.endedAt} />
      </Td>
    </Tr>
  );
}

function labelsText(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");
}
