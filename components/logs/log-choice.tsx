"use client";
import { Check, ChevronDown } from "lucide-react";
import type { ReactElement } from "react";
import { Menu, MenuItem } from "#components/ui/menu.tsx";

/** A small menu that narrows the log: its button says what is chosen. */
export function LogChoice<T extends string | number>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T | null;
  options: readonly { value: T | null; label: string }[];
  onChange: (value: T | null) => void;
}): ReactElement {
  const chosen = options.find((option) => option.value === value);
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={`${label}: ${chosen?.label ?? ""}`}
          className="inline-flex h-5 max-w-44 shrink-0 items-center gap-1 rounded-sm border border-line px-1.5 font-mono text-2xs/none text-ink-2 hover:border-line-strong hover:text-ink"
        >
          <span className="truncate py-px">{chosen?.label ?? ""}</span>
          <ChevronDown size={12} aria-hidden className="shrink-0" />
        </button>
      }
    >
      {options.map((option) => (
        <MenuItem key={String(option.value)} onSelect={() => onChange(option.value)}>
          <span className="w-4">
            {option.value === value ? <Check size={14} aria-hidden /> : null}
          </span>
          {option.label}
        </MenuItem>
      ))}
    </Menu>
  );
}
