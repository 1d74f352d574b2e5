import type { ReactElement, ReactNode } from "react";

/** One page, one thing, one bar: it names it, states it, and holds its actions at the right. */
export function PageBar({
  crumb,
  title,
  state,
  detail,
  actions,
}: {
  /** What the thing is in, e.g. `finance / nightly_report`; ends before the title's slash. */
  crumb?: ReactNode;
  title: ReactNode;
  /** A chip, before the title. */
  state?: ReactNode;
  detail?: ReactNode;
  actions?: ReactNode;
}): ReactElement {
  return (
    <header className="flex min-h-[52px] shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-5 py-2 max-sm:px-4">
      {state}
      <h1 className="flex max-w-full min-w-0 text-md font-semibold tracking-[-0.01em] whitespace-pre">
        {crumb === undefined ? null : (
          <>
            {/* Where there is little room, what it is in is cut, not its name. */}
            <span className="min-w-0 shrink-[1000] truncate text-ink-3">{crumb}</span>
            <span className="text-ink-3"> / </span>
          </>
        )}
        <span className="min-w-0 truncate">{title}</span>
      </h1>
      {detail === undefined ? null : (
        <div className="flex min-w-0 items-center gap-3 text-ink-2 tabular-nums">{detail}</div>
      )}
      {actions === undefined ? null : (
        <div className="ml-auto flex min-w-0 flex-wrap items-center gap-2">{actions}</div>
      )}
    </header>
  );
}
