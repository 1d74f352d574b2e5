import type { ReactElement } from "react";

/** The mark: a pod with the lines of a flow in it. */
export function BrandMark({ size = 20 }: { size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden className="shrink-0">
      <path d="M12 1.5 2.9 6.75v10.5L12 22.5l9.1-5.25V6.75z" fill="currentColor" />
      <path
        d="M8 8.5h8M8 12h8M8 15.5h4.5"
        stroke="var(--ground)"
        strokeWidth="1.8"
        strokeLinecap="round"
      />
    </svg>
  );
}
