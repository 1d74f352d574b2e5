"use client";
import { Dialog as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { Button } from "./button.tsx";
import { useFocusReturn } from "./use-focus-return.ts";

/** A question or a short form over the page. `actions` stand at the right below, the likeliest last. */
export function Dialog({
  isOpen,
  onOpenChange,
  title,
  children,
  actions,
  isWide = false,
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  children: ReactNode;
  actions: ReactNode;
  /** For what needs room, such as a diff. */
  isWide?: boolean;
}): ReactElement {
  const focus = useFocusReturn();
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-veil" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focus.remember}
          onCloseAutoFocus={focus.onCloseAutoFocus}
          className={`fixed top-[12vh] left-1/2 z-40 flex max-h-[76vh] w-[calc(100vw-24px)] -translate-x-1/2 flex-col rounded-lg border border-line bg-paper shadow-float outline-none ${isWide ? "max-w-[1080px]" : "max-w-[480px]"}`}
        >
          <Radix.Title className="px-5 pt-4 text-md font-semibold tracking-[-0.01em]">
            {title}
          </Radix.Title>
          <div className="pane px-5 pt-2 pb-4 text-ink-2">{children}</div>
          <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3">
            {actions}
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Asks before something that cannot be taken back; `verb` is what the button says. */
export function ConfirmDialog({
  isOpen,
  onOpenChange,
  title,
  verb,
  onConfirm,
  isBusy = false,
  isDanger = true,
  error,
  children,
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  verb: string;
  onConfirm: () => void;
  isBusy?: boolean;
  isDanger?: boolean;
  /** Why it could not be done, in place. */
  error?: string | null;
  children: ReactNode;
}): ReactElement {
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title={title}
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            variant={isDanger ? "danger-primary" : "primary"}
            isBusy={isBusy}
            onClick={onConfirm}
          >
            {verb}
          </Button>
        </>
      }
    >
      {children}
      {error === undefined || error === null ? null : (
        <p role="alert" className="mt-2 text-failed">
          {error}
        </p>
      )}
    </Dialog>
  );
}
