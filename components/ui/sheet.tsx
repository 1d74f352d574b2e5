"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { IconButton } from "./button.tsx";
import { useFocusReturn } from "./use-focus-return.ts";

/** The focus goes to what is to be filled in; the button that closes it comes before, but is not meant. */
function focusFirstField(event: Event): void {
  const sheet = event.currentTarget;
  if (!(sheet instanceof HTMLElement)) return;
  const field = sheet.querySelector<HTMLElement>(
    "form input:not([disabled]), form textarea, form button[role=combobox]",
  );
  if (field === null) return;
  event.preventDefault();
  field.focus();
}

/** A form or a detail over the right side of the page: bar, what scrolls, foot with the actions. */
export function Sheet({
  isOpen,
  onOpenChange,
  title,
  foot,
  isWide = false,
  onModEnter,
  children,
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: ReactNode;
  foot?: ReactNode;
  isWide?: boolean;
  /** ⌘↵ or Ctrl ↵ anywhere in it. */
  onModEnter?: () => void;
  children: ReactNode;
}): ReactElement {
  const focus = useFocusReturn();
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-veil" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            focus.remember();
            focusFirstField(event);
          }}
          onCloseAutoFocus={focus.onCloseAutoFocus}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
            event.preventDefault();
            onModEnter?.();
          }}
          className={`fixed inset-y-0 right-0 z-40 flex w-full flex-col border-l border-line bg-paper shadow-float outline-none ${isWide ? "max-w-[720px]" : "max-w-[480px]"}`}
        >
          <div className="flex min-h-[52px] shrink-0 items-center gap-3 border-b border-line pr-3 pl-5">
            <Radix.Title className="min-w-0 grow truncate text-md font-semibold tracking-[-0.01em]">
              {title}
            </Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close">
                <X size={16} strokeWidth={1.75} aria-hidden />
              </IconButton>
            </Radix.Close>
          </div>
          <div className="pane grow">{children}</div>
          {foot === undefined ? null : (
            <div className="flex min-h-14 shrink-0 flex-wrap items-center gap-2 border-t border-line px-5 py-2">
              {foot}
            </div>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
