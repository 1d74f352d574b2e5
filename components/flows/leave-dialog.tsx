"use client";
import type { ReactElement } from "react";
import type { useLeaveGuard } from "#components/shell/use-leave-guard.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import type { useFlowDraft } from "./use-flow-draft.ts";

/** Asks what becomes of unsaved changes when the page is left. */
export function LeaveDialog({
  guard,
  draft,
}: {
  guard: Pick<ReturnType<typeof useLeaveGuard>, "isAsking" | "stay" | "leave">;
  draft: Pick<ReturnType<typeof useFlowDraft>, "isSaving" | "discard" | "save">;
}): ReactElement {
  const discard = () => {
    draft.discard();
    guard.leave();
  };
  return (
    <Dialog
      isOpen={guard.isAsking}
      onOpenChange={(open) => (open ? undefined : guard.stay())}
      title="Your changes are not saved"
      actions={
        <>
          <Button onClick={guard.stay}>Stay</Button>
          <Button variant="danger" onClick={discard}>
            Leave without saving
          </Button>
          <Button
            variant="primary"
            isBusy={draft.isSaving}
            onClick={() => void draft.save().then(guard.leave, guard.stay)}
          >
            Save and leave
          </Button>
        </>
      }
    >
      If you leave now, what you wrote since the last save is gone.
    </Dialog>
  );
}
