"use client";
import { useRouter } from "next/navigation";
import { type ReactElement, useState } from "react";
import type { ExpressionCatalogue } from "#components/editor/expression-completion.ts";
import { useLeaveGuard } from "#components/shell/use-leave-guard.ts";
import { Button } from "#components/ui/button.tsx";
import { PageBar } from "#components/ui/page-bar.tsx";
import { paths } from "#lib/core/paths.ts";
import { LeaveDialog } from "./leave-dialog.tsx";
import { SaveRefusal } from "./save-refusal.tsx";
import { SaveState } from "./save-state.tsx";
import { SourcePanel } from "./source-panel.tsx";
import { STARTING_SOURCE } from "./starting-source.ts";
import { useEditorKeys } from "./use-editor-keys.ts";
import { type SavedFlow, useFlowDraft } from "./use-flow-draft.ts";

const BASE = { flow: null, source: STARTING_SOURCE };

/** A flow that is not saved yet; its first save makes it and goes to its page. */
export function NewFlowPage({
  schema,
  catalogue,
}: {
  schema: object;
  catalogue: ExpressionCatalogue;
}): ReactElement {
  const router = useRouter();
  const [saved, setSaved] = useState<SavedFlow | null>(null);
  const draft = useFlowDraft(BASE, setSaved);
  const guard = useLeaveGuard(draft.isDirty && saved === null);
  // Why a save was refused is shown in place: nothing is left to do with the rejection itself.
  const save = (isExecute: boolean) =>
    draft.save().then(
      (flow) => router.replace(paths.flow({ ...flow, isExecute })),
      () => undefined,
    );
  useEditorKeys({ save: () => void save(false), execute: () => void save(true) });
  return (
    <>
      <PageBar
        title="New flow"
        detail={
          <SaveState
            revision={null}
            isDirty={draft.isDirty}
            isSaving={draft.isSaving}
            hasSaved={draft.hasSaved}
          />
        }
        actions={
          <>
            <Button keys="mod+S" isBusy={draft.isSaving} onClick={() => void save(false)}>
              Save
            </Button>
            <Button
              variant="primary"
              keys="mod+enter"
              disabled={draft.isSaving}
              onClick={() => void save(true)}
            >
              Save and execute
            </Button>
          </>
        }
      />
      <SaveRefusal error={draft.saveError} onClose={draft.forgetSaveError} />
      <SourcePanel
        source={draft.source}
        onChange={draft.change}
        schema={schema}
        catalogue={catalogue}
        line={null}
        known={null}
        onReady={() => undefined}
      />
      <LeaveDialog guard={guard} draft={draft} />
    </>
  );
}
