"use client";
import { type ReactElement, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { valueText } from "./output-values.ts";

/** A named value on one line; pressed, it is shown whole. */
export function ValueRow({
  name,
  detail,
  value,
}: {
  name: string;
  /** Fainter after the name: the task it is from. */
  detail?: string | null;
  value: unknown;
}): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const whole = typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "null");
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        title={`Show ${name}`}
        className="flex min-h-9 w-full items-center gap-2.5 px-4 text-left outline-offset-[-2px] hover:bg-ground"
      >
        <span className="mono max-w-[60%] shrink-0 truncate text-ink-2">{name}</span>
        {detail === undefined || detail === null ? null : (
          <span className="shrink-0 text-ink-3">{detail}</span>
        )}
        <span className="mono ml-auto min-w-0 truncate">{valueText(value)}</span>
      </button>
      <Dialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={name}
        isWide={whole.length > 200}
        actions={
          <>
            <CopyButton text={whole}>Copy</CopyButton>
            <Button variant="primary" onClick={() => setOpen(false)}>
              Close
            </Button>
          </>
        }
      >
        <pre className="text-ink whitespace-pre-wrap wrap-anywhere">{whole}</pre>
      </Dialog>
    </>
  );
}
