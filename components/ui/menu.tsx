"use client";
import { clsx } from "clsx";
import { DropdownMenu } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { Kbd } from "./kbd.tsx";

/** A list of actions that a button opens; `trigger` is that button. */
export function Menu({
  trigger,
  children,
  align = "end",
}: {
  trigger: ReactElement;
  children: ReactNode;
  align?: "start" | "end";
}): ReactElement {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-40 rounded-md border border-line bg-paper p-1 shadow-float"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const ITEM =
  "flex h-[30px] items-center gap-2 rounded-sm px-2 outline-none select-none data-disabled:opacity-50 data-highlighted:bg-sunken";

export function MenuItem({
  onSelect,
  isDanger = false,
  isDisabled = false,
  keys,
  asChild = false,
  children,
}: {
  onSelect?: () => void;
  isDanger?: boolean;
  isDisabled?: boolean;
  keys?: string;
  /** The only child is the element, for example a link. */
  asChild?: boolean;
  children: ReactNode;
}): ReactElement {
  return (
    <DropdownMenu.Item
      asChild={asChild}
      disabled={isDisabled}
      onSelect={onSelect}
      className={clsx(ITEM, isDanger && "text-failed")}
    >
      {asChild ? (
        children
      ) : (
        <>
          {children}
          {keys === undefined ? null : <Kbd keys={keys} className="ml-auto pl-6" />}
        </>
      )}
    </DropdownMenu.Item>
  );
}

export function MenuSeparator(): ReactElement {
  return <DropdownMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
}
