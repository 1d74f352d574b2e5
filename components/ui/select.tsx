"use client";
import { clsx } from "clsx";
import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { type ControlProps, fieldClass } from "./field.tsx";

export interface SelectOption {
  /** Not empty: Radix keeps "" for "nothing chosen". */
  value: string;
  label: ReactNode;
  /** After the label, fainter. */
  detail?: ReactNode;
  isDisabled?: boolean;
}

/** One of a list that is known. `label` names it when no `Field` does. */
export function Select({
  value,
  onChange,
  options,
  label,
  placeholder = "Choose",
  control,
  className,
}: {
  value: string | undefined;
  onChange: (value: string) => void;
  options: readonly SelectOption[];
  label?: string;
  placeholder?: string;
  control?: ControlProps;
  className?: string;
}): ReactElement {
  return (
    <Radix.Root value={value ?? ""} onValueChange={onChange}>
      <Radix.Trigger
        aria-label={label}
        {...control}
        className={clsx(
          fieldClass,
          "flex items-center gap-2 text-left whitespace-nowrap data-placeholder:text-ink-3",
          className,
        )}
      >
        <span className="min-w-0 grow truncate">
          {/* Said here, or it would be empty until the options are drawn in the browser. */}
          <Radix.Value placeholder={placeholder}>
            <span className="inline-flex items-center gap-2">
              {options.find((option) => option.value === value)?.label ?? value}
            </span>
          </Radix.Value>
        </span>
        <Radix.Icon asChild>
          <ChevronDown size={14} aria-hidden className="shrink-0 text-ink-2" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          className="z-50 max-h-[min(400px,var(--radix-select-content-available-height))] min-w-[var(--radix-select-trigger-width)] overflow-hidden rounded-md border border-line bg-paper shadow-float"
        >
          <Radix.Viewport className="p-1">
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                disabled={option.isDisabled ?? false}
                className="flex h-[30px] items-center gap-2 rounded-sm pr-2 pl-2 outline-none select-none data-disabled:opacity-50 data-highlighted:bg-sunken"
              >
                <Radix.ItemText>
                  <span className="inline-flex items-center gap-2">{option.label}</span>
                </Radix.ItemText>
                {option.detail === undefined ? null : (
                  <span className="text-ink-3">{option.detail}</span>
                )}
                <Radix.ItemIndicator className="ml-auto pl-4">
                  <Check size={14} aria-hidden />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
