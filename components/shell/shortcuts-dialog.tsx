"use client";
import type { ReactElement } from "react";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";

const GROUPS: readonly { name: string; keys: readonly (readonly [string[], string])[] }[] = [
  {
    name: "Anywhere",
    keys: [
      [["mod+K"], "Go to a page, flow or execution, or do something"],
      [["/"], "Search this page"],
      [["?"], "Show this list"],
      [["esc"], "Close, or leave the list"],
    ],
  },
  {
    name: "Lists",
    keys: [
      [["j", "k"], "Next and previous row"],
      [["enter"], "Open the row"],
    ],
  },
  {
    name: "Flow",
    keys: [
      [["mod+S"], "Save a revision"],
      [["mod+E"], "Open Execute"],
      [["mod+enter"], "Execute, in the form"],
      [["mod+J"], "Show or hide the manifest"],
      [["Ctrl+Space"], "Complete"],
      [["F8"], "Next problem"],
      [["mod+."], "Fix the problem here"],
    ],
  },
];

/** Every shortcut there is. */
export function ShortcutsDialog({
  isOpen,
  onOpenChange,
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}): ReactElement {
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title="Keyboard"
      actions={<Button onClick={() => onOpenChange(false)}>Close</Button>}
    >
      {GROUPS.map((group) => (
        <section key={group.name} className="mb-4 last:mb-0">
          <h3 className="mb-1 text-xs font-medium text-ink-3">{group.name}</h3>
          <dl>
            {group.keys.map(([keys, meaning]) => (
              <div key={meaning} className="flex h-7 items-center gap-3">
                <dt className="grow text-ink">{meaning}</dt>
                <dd className="flex gap-1">
                  {keys.map((key) => (
                    <Kbd
                      key={key}
                      keys={key.replace("Ctrl+", "Ctrl ")}
                      className="rounded-sm border border-line px-1.5 py-px text-ink-2 opacity-100"
                    />
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
