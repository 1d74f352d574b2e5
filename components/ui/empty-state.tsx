import type { ReactElement, ReactNode } from "react";

/** Nothing is here: one sentence that says what to do next, with the button for it. */
export function EmptyState({
  title,
  children,
  action,
}: {
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}): ReactElement {
  return (
    <div className="m-auto flex max-w-[420px] flex-col items-center gap-1 px-6 py-16 text-center">
      <p className="font-strong">{title}</p>
      {children === undefined ? null : <p className="text-ink-2">{children}</p>}
      {action === undefined ? null : <div className="mt-3 flex gap-2">{action}</div>}
    </div>
  );
}
