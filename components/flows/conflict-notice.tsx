"use client";
import { type ReactElement, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { DiffViewer } from "#components/editor/yaml-editor.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { revisionSourceQuery } from "#lib/query/flows.ts";

/** A newer revision was saved elsewhere while this one was edited: both can be had, neither is lost unseen. */
export function ConflictNotice({
  flow,
  newest,
  mine,
  isDirty,
  isSaving,
  onOverwrite,
  onReload,
}: {
  /** The revision that the editor shows. */
  flow: { namespace: string; id: string; revision: number };
  newest: number;
  mine: string;
  isDirty: boolean;
  isSaving: boolean;
  onOverwrite: () => void;
  /** With the newest revision's source. */
  onReload: (source: string) => void;
}): ReactElement {
  const [isComparing, setComparing] = useState(false);
  const theirs = useQuery(revisionSourceQuery({ ...flow, revision: newest }));
  const reload = () => theirs.data !== undefined && onReload(theirs.data);
  const choices = (
    <>
      <Button disabled={theirs.data === undefined} onClick={reload}>
        {isDirty ? `Drop mine, load ${newest}` : `Load revision ${newest}`}
      </Button>
      {isDirty ? (
        <Button variant="danger" isBusy={isSaving} onClick={onOverwrite}>
          Save mine over it
        </Button>
      ) : null}
    </>
  );
  return (
    <div className="border-b border-line px-5 py-3">
      <Notice
        tone="warning"
        isAlert
        title={`Revision ${newest} was saved elsewhere; this is revision ${flow.revision}.`}
        actions={
          <>
            {isDirty ? (
              <Button onClick={() => setComparing(true)}>See the difference</Button>
            ) : null}
            {choices}
          </>
        }
      >
        {isDirty
          ? "Your changes are not saved. Whatever you choose, every revision stays in Revisions."
          : "Nothing of yours is unsaved."}
      </Notice>
      <Dialog
        isOpen={isComparing}
        onOpenChange={setComparing}
        isWide
        title={`Revision ${newest} and what you wrote`}
        actions={choices}
      >
        <div className="h-[52vh]">
          {theirs.data === undefined ? null : (
            <DiffViewer
              before={theirs.data}
              after={mine}
              isSideBySide
              label={`Revision ${newest} at the left, your text at the right`}
            />
          )}
        </div>
      </Dialog>
    </div>
  );
}
