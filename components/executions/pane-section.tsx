import type { ReactElement, ReactNode } from "react";

/** A part of a side pane: its name, what can be done with it, and what is in it. */
export function PaneSection({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <section aria-label={title} className="border-t border-line first:border-t-0">
      <header className="sticky top-0 z-10 flex min-h-10 items-center gap-2 border-b border-line bg-paper pr-3 pl-4">
        <h2 className="grow text-xs font-semibold">{title}</h2>
        {actions}
      </header>
      {children}
    </section>
  );
}
