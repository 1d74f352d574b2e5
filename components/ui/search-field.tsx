"use client";
import { clsx } from "clsx";
import { Search } from "lucide-react";
import type { ComponentProps, ReactElement, ReactNode } from "react";
import { Kbd } from "./kbd.tsx";

/**
 * Where a list is searched. `/` puts the focus into the one that says `data-search`, `Esc` leaves it.
 * `end` replaces the hint at the right, for example by "2 of 5".
 */
export function SearchField({
  label,
  end,
  className,
  isSmall = false,
  isPageSearch = false,
  onKeyDown,
  ...rest
}: ComponentProps<"input"> & {
  label: string;
  end?: ReactNode;
  isSmall?: boolean;
  /** The search of the page, that `/` goes to. */
  isPageSearch?: boolean;
}): ReactElement {
  return (
    <span
      className={clsx(
        "flex min-w-0 items-center gap-2 rounded-md border border-line-strong bg-paper px-2.5 text-ink-2 focus-within:outline-2 focus-within:outline-focus",
        isSmall ? "h-[26px]" : "h-[30px]",
        className,
      )}
    >
      <Search size={16} strokeWidth={1.75} aria-hidden className="shrink-0" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        data-search={isPageSearch || undefined}
        className="w-full min-w-0 bg-transparent text-ink outline-none [&::-webkit-search-cancel-button]:hidden"
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
          onKeyDown?.(event);
        }}
        {...rest}
      />
      {end ?? (isPageSearch ? <Kbd keys="/" /> : null)}
    </span>
  );
}
