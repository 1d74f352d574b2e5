import { Fragment, type ReactElement, type ReactNode } from "react";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { STATE_LOOK } from "#components/ui/state-tone.ts";
import type { AttemptView, TaskRunView } from "#lib/core/execution-view.ts";
import { paths } from "#lib/core/paths.ts";
import { connectionName } from "./connection-name.ts";
import { whyTriedAgain } from "./earlier-attempts.ts";
import { PaneSection } from "./pane-section.tsx";

/** Where each attempt of a task ran, and how its process ended. Nothing for tasks of the worker itself. */
export function RanSection({
  executionId,
  run,
  connectionNames,
}: {
  executionId: string;
  run: TaskRunView;
  connectionNames: Readonly<Record<string, string>>;
}): ReactElement | null {
  const attempts = run.attempts.filter((attempt) => attempt.runner !== "worker");
  if (attempts.length === 0) return null;
  return (
    <PaneSection title="Where it ran">
      <dl className="py-1">
        {attempts.map((attempt) => (
          <Fragment key={attempt.id}>
            {attempts.length === 1 ? null : (
              <Row name={`Attempt ${attempt.number + 1}`}>{STATE_LOOK[attempt.state].label}</Row>
            )}
            <WhyTriedAgain run={run} attempt={attempt} />
            <AttemptRows
              executionId={executionId}
              attempt={attempt}
              connectionNames={connectionNames}
            />
          </Fragment>
        ))}
      </dl>
    </PaneSection>
  );
}

function WhyTriedAgain({
  run,
  attempt,
}: {
  run: TaskRunView;
  attempt: AttemptView;
}): ReactElement | null {
  const why = whyTriedAgain(run, attempt);
  if (why === null) return null;
  return (
    <div className="px-4 pb-1">
      <dt className="sr-only">Why it was tried again</dt>
      <dd className="break-words text-ink-3">{why}</dd>
    </div>
  );
}

function AttemptRows({
  executionId,
  attempt,
  connectionNames,
}: {
  executionId: string;
  attempt: AttemptView;
  connectionNames: Readonly<Record<string, string>>;
}): ReactElement {
  const { connectionId, pod, exitCode, blackBox } = attempt;
  return (
    <>
      {connectionId === null ? null : (
        <Row name="Connection">{connectionName(connectionId, connectionNames)}</Row>
      )}
      {pod === null ? null : (
        <Row name="Pod">
          <span className="mono truncate" title={`${pod.namespace}/${pod.name}`}>
            {pod.name}
          </span>
          <CopyButton text={pod.name} label="Copy the pod's name" />
        </Row>
      )}
      {pod === null ? null : <Row name="Namespace">{pod.namespace}</Row>}
      {pod === null || pod.node === null ? null : <Row name="Node">{pod.node}</Row>}
      {exitCode === null ? null : <Row name="Exit code">{exitCode}</Row>}
      {blackBox === null ? null : (
        <Row name="Black box">
          <a
            className="truncate underline underline-offset-2"
            href={paths.executionFile(executionId, blackBox.uri)}
            download
          >
            {blackBox.name}
          </a>
        </Row>
      )}
    </>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <div className="flex min-h-7 items-center gap-2.5 px-4">
      <dt className="shrink-0 text-ink-2">{name}</dt>
      <dd className="ml-auto flex min-w-0 items-center gap-1 tabular-nums">{children}</dd>
    </div>
  );
}
