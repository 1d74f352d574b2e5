"use client";
import { type ReactElement, type ReactNode, useState } from "react";
import { CommandPalette } from "./command-palette.tsx";
import { Rail } from "./rail.tsx";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";
import { useShellKeys } from "./use-shell-keys.ts";

type Open = "none" | "palette" | "shortcuts";

/** The frame of every page: the rail, the page, and what the keyboard opens over both. */
export function AppShell({
  running,
  children,
}: {
  running: number;
  children: ReactNode;
}): ReactElement {
  const [open, setOpen] = useState<Open>("none");
  useShellKeys({ palette: () => setOpen("palette"), shortcuts: () => setOpen("shortcuts") });
  const close = (isOpen: boolean) => {
    if (!isOpen) setOpen("none");
  };
  return (
    <div className="grid h-dvh grid-cols-[208px_minmax(0,1fr)] max-md:grid-cols-1 max-md:grid-rows-[auto_minmax(0,1fr)]">
      <a
        href="#page"
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-md bg-ink px-3 py-1 text-inverse focus:translate-y-0"
      >
        To the page
      </a>
      <Rail running={running} onGoTo={() => setOpen("palette")} />
      <main id="page" tabIndex={-1} className="flex min-h-0 min-w-0 flex-col bg-paper outline-none">
        {children}
      </main>
      <CommandPalette
        isOpen={open === "palette"}
        onOpenChange={close}
        onShortcuts={() => setOpen("shortcuts")}
      />
      <ShortcutsDialog isOpen={open === "shortcuts"} onOpenChange={close} />
    </div>
  );
}
