"use client";
import { Check, ChevronDown } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactElement } from "react";
import { buttonClass } from "#components/ui/button.tsx";
import { Dot } from "#components/ui/state-chip.tsx";
import { STATE_LOOK } from "#components/ui/state-tone.ts";
import { LIVE_STATES, type State, STATES } from "#lib/core/state.ts";

/** States that an execution as a whole can be in. */
const SHOWN: readonly State[] = STATES.filter(
  (state) => state !== "RETRIED" && state !== "SKIPPED",
);

const ITEM =
  "flex h-[30px] items-center gap-2 rounded-sm px-2 outline-none select-none data-highlighted:bg-sunken";

/** Any number of states; none means all. */
export function StateFilter({
  states,
  onChange,
}: {
  states: readonly State[];
  onChange: (states: State[]) => void;
}): ReactElement {
  const areLive =
    states.length === LIVE_STATES.length && LIVE_STATES.every((s) => states.includes(s));
  const toggle = (state: State, isOn: boolean): void =>
    onChange(STATES.filter((each) => (each === state ? isOn : states.includes(each))));
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className={buttonClass()}>
        <span className="max-w-44 truncate font-normal">{labelOf(states, areLive)}</span>
        <ChevronDown size={14} aria-hidden className="text-ink-2" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-44 rounded-md border border-line bg-paper p-1 shadow-float"
        >
          <DropdownMenu.Item className={ITEM} onSelect={() => onChange([])}>
            <span className="w-4">
              {states.length === 0 ? <Check size={14} aria-hidden /> : null}
            </span>
            All states
          </DropdownMenu.Item>
          <DropdownMenu.Item className={ITEM} onSelect={() => onChange([...LIVE_STATES])}>
            <span className="w-4">{areLive ? <Check size={14} aria-hidden /> : null}</span>
            Not ended yet
          </DropdownMenu.Item>
          <DropdownMenu.Separator className="-mx-1 my-1 h-px bg-line" />
          {SHOWN.map((state) => (
            <DropdownMenu.CheckboxItem
              key={state}
              className={ITEM}
              checked={states.includes(state)}
              onCheckedChange={(isOn) => toggle(state, isOn)}
              onSelect={(event) => event.preventDefault()}
            >
              <span className="w-4">
                <DropdownMenu.ItemIndicator>
                  <Check size={14} aria-hidden />
                </DropdownMenu.ItemIndicator>
              </span>
              <Dot tone={STATE_LOOK[state].tone} />
              {STATE_LOOK[state].label}
            </DropdownMenu.CheckboxItem>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function labelOf(states: readonly State[], areLive: boolean): string {
  if (states.length === 0) return "All states";
  if (areLive) return "Not ended yet";
  return states.map((state) => STATE_LOOK[state].label).join(", ");
}
