import type { ReactElement } from "react";
import { Button } from "#components/ui/button.tsx";
import { CodeText } from "#components/ui/code-text.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { failureText } from "#lib/query/query-client.ts";

/** Why nothing was saved, above the editor. */
export function SaveRefusal({
  error,
  onClose,
}: {
  error: Error | null;
  onClose: () => void;
}): ReactElement | null {
  if (error === null) return null;
  return (
    <div className="border-b border-line px-5 py-3">
      <Notice
        tone="failed"
        isAlert
        title="Not saved."
        actions={<Button onClick={onClose}>Close</Button>}
      >
        <CodeText text={failureText(error)} />
      </Notice>
    </div>
  );
}
