"use client";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { parseAsBoolean, parseAsString, useQueryStates } from "nuqs";
import { type ReactElement, useState } from "react";
import type { EditorHandle } from "#components/editor/editor-handle.ts";
import type { ExpressionCatalogue } from "#components/editor/expression-completion.ts";
import { FlowExecutions } from "#components/executions/flow-executions.tsx";
import { useLeaveGuard } from "#components/shell/use-leave-guard.ts";
import { Button } from "#components/ui/button.tsx";
import { PageBar } from "#components/ui/page-bar.tsx";
import { TabLinks } from "#components/ui/tabs.tsx";
import type { FlowView } from "#lib/core/flow-view.ts";
import { FLOW_TABS, type FlowTab, paths } from "#lib/core/paths.ts";
import { revisionsQuery, validationQuery } from "#lib/query/flows.ts";
import { ActionFailure, failureText } from "#lib/query/query-client.ts";
import { useDebounced } from "#components/ui/use-debounced.ts";
import { ConflictNotice } from "./conflict-notice.tsx";
import { DISABLED_REASON } from "./disabled-reason.ts";
import { ExecuteDraftSheet } from "./execute-draft-sheet.tsx";
import { FlowMenu } from "./flow-menu.tsx";
import { LeaveDialog } from "./leave-dialog.tsx";
import { RevisionsPanel } from "./revisions-panel.tsx";
import { SaveRefusal } from "./save-refusal.tsx";
import { SaveState } from "./save-state.tsx";
import { SETTLED_MS, SourcePanel } from "./source-panel.tsx";
import { useEditorKeys } from "./use-editor-keys.ts";
import { type SavedFlow, useFlowDraft } from "./use-flow-draft.ts";

const TAB_NAME: Record<FlowTab, string> = {
  source: "Source",
  executions: "Executions",
  revisions: "Revisions",
};

/** Whether the form is open, and the execution that it begins like. */
const EXECUTE_IN_URL = { execute: parseAsBoolean.withDefault(false), like: parseAsString };

/** A flow: its source in the editor, its executions, its revisions. */
export function FlowPage({
  flow,
  schema,
  catalogue,
  tab,
  line,
  atRevision,
}: {
  flow: FlowView;
  schema: object;
  catalogue: ExpressionCatalogue;
  tab: FlowTab;
  line: number | null;
  /** The revision that the tab of revisions opens with; null for the newest. */
  atRevision: number | null;
}): ReactElement {
  const router = useRouter();
  const [editor, setEditor] = useState<EditorHandle | null>(null);
  const [{ execute: isExecuting, like }, setExecuting] = useQueryStates(EXECUTE_IN_URL);
  const movedTo = (saved: SavedFlow) => {
    // The source names another flow now: that is the one that was saved.
    if (saved.namespace !== flow.namespace || saved.id !== flow.id) router.push(paths.flow(saved));
  };
  const draft = useFlowDraft({ flow, source: flow.source }, movedTo);
  const revision = draft.base.flow?.revision ?? flow.revision;
  const newest = useNewest(flow, revision);
  const guard = useLeaveGuard(draft.isDirty);
  // Why a save was refused is shown in place: nothing is left to do with the rejection itself.
  const save = (over?: number) => draft.save(over).then(undefined, () => undefined);
  const load = (source: string, at: number) => {
    draft.restart({ flow: { namespace: flow.namespace, id: flow.id, revision: at }, source });
    editor?.replace(source);
  };
  const restore = (source: string, over: number) => {
    void draft.saveInstead(source, over).then(
      () => editor?.replace(source),
      () => undefined,
    );
  };
  const isDisabled = useIsDisabled(flow, draft.source);
  const execute = () => void setExecuting({ execute: true });
  useEditorKeys({ save: () => void save(), execute });
  return (
    <>
      <PageBar
        crumb={flow.namespace}
        title={flow.id}
        detail={
          <>
            <SaveState
              revision={revision}
              isDirty={draft.isDirty}
              isSaving={draft.isSaving}
              hasSaved={draft.hasSaved}
            />
            {isDisabled ? <span className="text-ink-3">disabled</span> : null}
          </>
        }
        actions={
          <>
            <FlowMenu flow={flow} source={draft.source} onDeleted={draft.discard} />
            <Button
              keys="mod+S"
              isBusy={draft.isSaving}
              disabled={!draft.isDirty}
              onClick={() => void save()}
            >
              Save
            </Button>
            <Button
              variant="primary"
              keys="mod+enter"
              whyNot={isDisabled ? DISABLED_REASON : null}
              onClick={execute}
            >
              Execute
            </Button>
          </>
        }
      />
      <TabLinks
        label="Views of the flow"
        tabs={FLOW_TABS.map((name) => ({
          href: paths.flow({ namespace: flow.namespace, id: flow.id, tab: name }),
          label: TAB_NAME[name],
          isCurrent: name === tab,
        }))}
      />
      {newest > revision ? (
        <ConflictNotice
          flow={{ namespace: flow.namespace, id: flow.id, revision }}
          newest={newest}
          mine={draft.source}
          isDirty={draft.isDirty}
          isSaving={draft.isSaving}
          onOverwrite={() => void save(newest)}
          onReload={(source) => load(source, newest)}
        />
      ) : (
        <SaveRefusal
          error={isConflict(draft.saveError) || tab === "revisions" ? null : draft.saveError}
          onClose={draft.forgetSaveError}
        />
      )}
      <div className={tab === "source" ? "flex min-h-0 grow flex-col" : "hidden"}>
        <SourcePanel
          source={draft.source}
          onChange={draft.change}
          schema={schema}
          catalogue={catalogue}
          line={line}
          known={flow}
          onReady={setEditor}
        />
      </div>
      {tab === "executions" ? <FlowExecutions namespace={flow.namespace} id={flow.id} /> : null}
      {tab === "revisions" ? (
        <RevisionsPanel
          key={`${revision} ${atRevision ?? ""}`}
          flow={flow}
          opensAt={atRevision}
          isDirty={draft.isDirty}
          isRestoring={draft.isSaving}
          restoreError={draft.saveError === null ? null : failureText(draft.saveError)}
          onRestore={restore}
        />
      ) : null}
      {isExecuting ? (
        <ExecuteDraftSheet
          flow={flow}
          source={draft.source}
          isDirty={draft.isDirty}
          likeId={like}
          prepare={async () => (draft.isDirty ? (await draft.save()).revision : revision)}
          onClose={() => void setExecuting(null)}
        />
      ) : null}
      <LeaveDialog guard={guard} draft={draft} />
    </>
  );
}

/** A newer revision is in the way: that has a notice of its own. */
function isConflict(error: Error | null): boolean {
  return error instanceof ActionFailure && error.code === "conflict";
}

/** The newest revision that is known of, which another tab may have saved. */
function useNewest(flow: { namespace: string; id: string }, revision: number): number {
  const { data } = useQuery(revisionsQuery(flow));
  return Math.max(revision, ...(data ?? []).map((each) => each.revision));
}

/** Whether what is written says that the flow is not to be executed. */
function useIsDisabled(flow: FlowView, source: string): boolean {
  const settled = useDebounced(source, SETTLED_MS);
  const { data } = useQuery({
    ...validationQuery(settled),
    ...(flow.source === settled ? { initialData: flow } : {}),
  });
  return data?.disabled ?? false;
}
