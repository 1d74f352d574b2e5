import { X } from "lucide-react";
import type { ReactElement, ReactNode } from "react";

/** A word that belongs to something: a namespace, a label, a revision. Not a state. */
export function Tag({
  children,
  onRemove,
  removeLabel = "Remove",
}: {
  children: ReactNode;
  onRemove?: () => void;
  removeLabel?: string;
}): ReactElement {
  return (
    <span className="inline-flex h-5 max-w-full shrink-0 items-center gap-1 rounded-sm border border-line px-1.5 font-mono text-2xs/none text-ink-2">
      <span className="truncate py-px">{children}</span>
      {onRemove === undefined ? null : (
        <button
          type="button"
          aria-label={removeLabel}
          onClick={onRemove}
          className="-mr-1 rounded-sm p-0.5 hover:text-ink"
        >
          <X size={12} aria-hidden />
        </button>
      )}
    </span>
  );
}
