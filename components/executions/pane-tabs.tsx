"use client";
import type { ReactElement } from "react";

/** On small screens the panes stand behind one another: which one is in front. */
export function PaneTabs<T extends string>({
  value,
  onChange,
  tabs,
}: {
  value: T;
  onChange: (value: T) => void;
  tabs: readonly { value: T; label: string }[];
}): ReactElement {
  return (
    <fieldset
      aria-label="Panes"
      className="flex shrink-0 gap-5 border-b border-line px-4 lg:hidden"
    >
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          aria-pressed={tab.value === value}
          onClick={() => onChange(tab.value)}
          className="-mb-px border-b-2 border-transparent pt-[9px] pb-2 text-ink-2 aria-pressed:border-ink aria-pressed:font-strong aria-pressed:text-ink"
        >
          {tab.label}
        </button>
      ))}
    </fieldset>
  );
}
