import { clsx } from "clsx";
import Link from "next/link";
import type { ReactElement, ReactNode } from "react";

const LIST = "flex shrink-0 gap-5 overflow-x-auto border-b border-line px-5";
const TAB =
  "-mb-px border-b-2 border-transparent pt-[9px] pb-2 whitespace-nowrap text-ink-2 hover:text-ink";

/** The views of one page, each with a URL of its own. */
export function TabLinks({
  label,
  tabs,
}: {
  label: string;
  tabs: readonly { href: string; label: ReactNode; isCurrent: boolean }[];
}): ReactElement {
  return (
    <nav aria-label={label} className={LIST}>
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          aria-current={tab.isCurrent ? "page" : undefined}
          className={clsx(
            TAB,
            "aria-[current]:border-ink aria-[current]:font-strong aria-[current]:text-ink",
          )}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
