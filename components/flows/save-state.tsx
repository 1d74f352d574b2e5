import type { ReactElement } from "react";
import { Tag } from "#components/ui/tag.tsx";

/** Which revision is shown, and whether what is written is saved. */
export function SaveState({
  revision,
  isDirty,
  isSaving,
  hasSaved,
}: {
  revision: number | null;
  isDirty: boolean;
  isSaving: boolean;
  /** A save has been made since the page was opened. */
  hasSaved: boolean;
}): ReactElement {
  return (
    <>
      {revision === null ? null : <Tag>revision {revision}</Tag>}
      <output className="whitespace-nowrap">
        {isSaving ? "saving…" : isDirty ? "● unsaved" : hasSaved ? "saved" : ""}
      </output>
    </>
  );
}
