"use client";
import { type ReactElement, useId } from "react";
import { Button } from "#components/ui/button.tsx";
import { CodeText } from "#components/ui/code-text.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import type { Problem } from "#lib/core/flow-view.ts";
import { InputField } from "./input-field.tsx";
import { LabelsField } from "./labels-field.tsx";
import { RunOnField } from "./run-on-field.tsx";
import { type ExecuteFormOptions, useExecuteForm } from "./use-execute-form.ts";

interface ExecuteSheetProps extends ExecuteFormOptions {
  /** What `prepare` does, when it does something. */
  note?: string | undefined;
  onClose: () => void;
}

/** What a flow asks for, where it runs, and the button that runs it. */
export function ExecuteSheet(props: ExecuteSheetProps): ReactElement {
  const { flow, inputs, problems, note, onClose } = props;
  const formId = useId();
  const form = useExecuteForm(props, formId);
  const blocking = problems.filter((problem) => problem.severity === "error");
  const { cannotRun } = form;
  return (
    <Sheet
      isOpen
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={`Execute ${flow.id}`}
      onModEnter={() =>
        document.querySelector<HTMLFormElement>(`[id="${formId}"]`)?.requestSubmit()
      }
      foot={
        <>
          {form.fillNote === null ? null : (
            <span className="text-xs text-ink-2">{form.fillNote}</span>
          )}
          {form.fillNote === null && form.hasLast ? (
            <span className="text-xs text-ink-2">
              Same inputs as last time?{" "}
              <button type="button" className="underline underline-offset-2" onClick={form.fill}>
                Fill in
              </button>
            </span>
          ) : null}
          <div className="ml-auto flex gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button
              type="submit"
              form={formId}
              variant="primary"
              keys="mod+enter"
              disabled={cannotRun || form.isUploading}
              isBusy={form.isPending}
            >
              Execute
            </Button>
          </div>
        </>
      }
    >
      <form id={formId} noValidate className="flex flex-col gap-[18px] p-5" onSubmit={form.submit}>
        {blocking.length > 0 ? <CannotRun problems={blocking} /> : null}
        {props.isDisabled ? (
          <Notice tone="failed" title="This flow is disabled.">
            Take <code>disabled: true</code> out of it to execute it.
          </Notice>
        ) : null}
        {note === undefined || cannotRun ? null : <p className="text-ink-2">{note}</p>}
        {form.failure === null ? null : (
          <Notice tone="failed" isAlert title="Nothing was executed.">
            <CodeText text={form.failure} />
          </Notice>
        )}
        {inputs.map((input) => (
          <InputField
            key={input.id}
            input={input}
            flow={flow}
            value={form.values[input.id] ?? null}
            error={form.errors[input.id]}
            onChange={(value) => form.change(input.id, value)}
            onBusy={(isBusy) => form.setBusy(input.id, isBusy)}
          />
        ))}
        <RunOnField value={form.connectionId} onChange={form.setConnectionId} />
        <LabelsField labels={form.labels} onChange={form.setLabels} />
      </form>
    </Sheet>
  );
}

function CannotRun({ problems }: { problems: readonly Problem[] }): ReactElement {
  const first = problems[0];
  const rest = problems.length - 1;
  return (
    <Notice tone="failed" title="This flow cannot run as it is.">
      {first === undefined ? null : (
        <>
          Line {first.range.startLine}: <CodeText text={first.message} />
        </>
      )}
      {rest > 0 ? ` And ${rest} more.` : ""}
    </Notice>
  );
}
