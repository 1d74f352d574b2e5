"use client";
import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { type ReactElement, useState } from "react";
import { DiffViewer } from "#components/editor/yaml-editor.tsx";
import { Button } from "#components/ui/button.tsx";
import { CodeText } from "#components/ui/code-text.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Select } from "#components/ui/select.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { RevisionSummary } from "#lib/core/flow-view.ts";
import { revisionSourceQuery, revisionsQuery } from "#lib/query/flows.ts";
import { failureText } from "#lib/query/query-client.ts";

interface Pair {
  before: number;
  after: number;
}

/** What a revision changed in the one before it; the first is shown as it is. */
const stepTo = (revision: number): Pair => ({ before: Math.max(1, revision - 1), after: revision });

/** Every revision of a flow: what differs between any two, and one taken back as the newest. */
export function RevisionsPanel({
  flow,
  opensAt,
  isDirty,
  isRestoring,
  restoreError,
  onRestore,
}: {
  flow: { namespace: string; id: string };
  /** The revision that is shown first, with what it changed; null for the newest. */
  opensAt: number | null;
  /** Whether the editor has changes that a restore would not have. */
  isDirty: boolean;
  isRestoring: boolean;
  restoreError: string | null;
  onRestore: (source: string, newest: number) => void;
}): ReactElement {
  const list = useQuery(revisionsQuery(flow));
  const [chosen, setChosen] = useState<Pair | null>(null);
  const [isSideBySide, setSideBySide] = useState(true);
  const revisions = list.data;
  if (revisions === undefined) {
    return list.isError ? (
      <div className="p-5">
        <Notice
          tone="failed"
          title="The revisions could not be read."
          actions={<Button onClick={() => void list.refetch()}>Try again</Button>}
        >
          {failureText(list.error)}
        </Notice>
      </div>
    ) : (
      <SkeletonRows label="Loading the revisions" />
    );
  }
  const newest = Math.max(0, ...revisions.map((each) => each.revision));
  const opened = revisions.find((each) => each.revision === opensAt)?.revision ?? newest;
  const pair = chosen ?? stepTo(opened);
  return (
    <div className="grid min-h-0 grow grid-cols-[240px_minmax(0,1fr)] max-md:grid-cols-1 max-md:grid-rows-[minmax(88px,30%)_minmax(0,1fr)]">
      <RevisionList revisions={revisions} pair={pair} onChoose={setChosen} />
      <div className="flex min-h-0 min-w-0 flex-col border-l border-line max-md:border-t max-md:border-l-0">
        <div className="flex min-h-10 flex-wrap items-center gap-2 border-b border-line px-4 py-1">
          {revisions.length === 1 ? (
            <span className="text-ink-2">There is one revision; every save makes another.</span>
          ) : (
            <>
              <RevisionSelect
                label="Older revision"
                value={pair.before}
                revisions={revisions}
                onChange={(before) => setChosen({ ...pair, before })}
              />
              <span className="text-ink-3">→</span>
              <RevisionSelect
                label="Newer revision"
                value={pair.after}
                revisions={revisions}
                onChange={(after) => setChosen({ ...pair, after })}
              />
            </>
          )}
          {pair.before === pair.after ? null : (
            <Button
              variant="plain"
              aria-pressed={isSideBySide}
              className="max-lg:hidden"
              onClick={() => setSideBySide(!isSideBySide)}
            >
              {isSideBySide ? "Show inline" : "Show side by side"}
            </Button>
          )}
          <span className="grow" />
          <RestoreButton
            flow={flow}
            revision={pair.after === newest ? pair.before : pair.after}
            newest={newest}
            isDirty={isDirty}
            isBusy={isRestoring}
            onRestore={onRestore}
          />
        </div>
        {restoreError === null ? null : (
          <p role="alert" className="border-b border-line px-4 py-2 text-failed">
            Nothing was restored. <CodeText text={restoreError} />
          </p>
        )}
        <Comparison flow={flow} pair={pair} isSideBySide={isSideBySide} />
      </div>
    </div>
  );
}

function RevisionList({
  revisions,
  pair,
  onChoose,
}: {
  revisions: readonly RevisionSummary[];
  pair: Pair;
  onChoose: (pair: Pair) => void;
}): ReactElement {
  return (
    <ul aria-label="Revisions" className="pane py-1">
      {revisions.map(({ revision, createdAt, isCurrent }) => {
        const isShown = revision === pair.before || revision === pair.after;
        return (
          <li key={revision} data-row>
            <button
              type="button"
              aria-pressed={isShown}
              onClick={() => onChoose(stepTo(revision))}
              className={clsx(
                "flex min-h-[34px] w-full items-center gap-2 px-5 text-left -outline-offset-2",
                isShown ? "bg-sunken" : "hover:bg-ground",
              )}
            >
              <span className="font-strong tabular-nums">{revision}</span>
              {isCurrent ? <span className="text-ink-2">current</span> : null}
              <span className="ml-auto text-ink-2">
                <RelativeTime date={createdAt} />
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function RevisionSelect({
  label,
  value,
  revisions,
  onChange,
}: {
  label: string;
  value: number;
  revisions: readonly RevisionSummary[];
  onChange: (revision: number) => void;
}): ReactElement {
  return (
    <Select
      label={label}
      className="!w-auto"
      value={String(value)}
      onChange={(text) => onChange(Number(text))}
      options={revisions.map(({ revision }) => ({
        value: String(revision),
        label: `Revision ${revision}`,
      }))}
    />
  );
}

function RestoreButton({
  flow,
  revision,
  newest,
  isDirty,
  isBusy,
  onRestore,
}: {
  flow: { namespace: string; id: string };
  revision: number;
  newest: number;
  isDirty: boolean;
  isBusy: boolean;
  onRestore: (source: string, newest: number) => void;
}): ReactElement | null {
  const source = useQuery({
    ...revisionSourceQuery({ ...flow, revision }),
    enabled: revision > 0 && revision !== newest,
  });
  if (revision === newest) return null;
  return (
    <>
      {isDirty ? (
        <span className="text-xs text-ink-2">Save or undo your changes first.</span>
      ) : null}
      <Button
        isBusy={isBusy}
        disabled={isDirty || source.data === undefined}
        onClick={() => source.data !== undefined && onRestore(source.data, newest)}
      >
        Restore {revision}
      </Button>
    </>
  );
}

function Comparison({
  flow,
  pair,
  isSideBySide,
}: {
  flow: { namespace: string; id: string };
  pair: Pair;
  isSideBySide: boolean;
}): ReactElement {
  const before = useQuery(revisionSourceQuery({ ...flow, revision: pair.before }));
  const after = useQuery(revisionSourceQuery({ ...flow, revision: pair.after }));
  const error = before.error ?? after.error;
  if (error !== null) {
    return (
      <p role="alert" className="p-4 text-failed">
        {failureText(error)}
      </p>
    );
  }
  return (
    <div className="min-h-0 grow">
      {before.data === undefined || after.data === undefined ? null : (
        <DiffViewer
          before={before.data}
          after={after.data}
          isSideBySide={isSideBySide && pair.before !== pair.after}
          label={`What changed from revision ${pair.before} to ${pair.after}`}
        />
      )}
    </div>
  );
}
