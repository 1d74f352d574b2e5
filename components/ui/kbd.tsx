"use client";
import { clsx } from "clsx";
import type { ReactElement } from "react";
import { keyText } from "./key-text.ts";
import { useIsMac } from "./platform.ts";

/** A shortcut, written as this keyboard has it. A hint: it takes no part in a button's name. */
export function Kbd({ keys, className }: { keys: string; className?: string }): ReactElement {
  const isMac = useIsMac();
  return (
    <kbd aria-hidden className={clsx("font-sans text-2xs font-medium opacity-75", className)}>
      {keyText(keys, isMac)}
    </kbd>
  );
}
