import { clsx } from "clsx";
import type { ReactElement } from "react";

/** A place that is about to be filled. It does not move. */
export function Skeleton({ className }: { className?: string }): ReactElement {
  return <span aria-hidden className={clsx("block h-3 rounded-sm bg-sunken", className)} />;
}

/** A list that is being loaded: as many rows as will likely come. */
export function SkeletonRows({ rows = 6, label }: { rows?: number; label: string }): ReactElement {
  return (
    <output aria-label={label} className="block">
      <span className="block h-8 border-b border-line" />
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className="flex h-11 items-center gap-6 border-b border-line px-5">
          <Skeleton className="w-48 max-w-[40%]" />
          <Skeleton className="w-24" />
          <Skeleton className="ml-auto w-16" />
        </span>
      ))}
    </output>
  );
}
