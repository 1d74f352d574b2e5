"use client";
import type { ReactElement } from "react";
import { Input } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { RECENT, type Recent, type UrlFilter } from "./list-filter.ts";

const ALL = "*";
const BETWEEN = "between";

/** A date as `datetime-local` writes it, in the reader's own time zone; empty for none. */
function localText(iso: string | null): string {
  const ms = iso === null ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(ms)) return "";
  const zoneMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - zoneMs).toISOString().slice(0, 16);
}

function isoText(local: string): string | null {
  return local === "" ? null : new Date(local).toISOString();
}

/** When the executions were made: lately, or between two moments. */
export function TimeFilter({
  filter,
  onChange,
}: {
  filter: UrlFilter;
  onChange: (change: Pick<UrlFilter, "last" | "from" | "to">) => void;
}): ReactElement {
  const isBetween = filter.last === null && (filter.from !== null || filter.to !== null);
  const choose = (value: string): void => {
    if (value === ALL) onChange({ last: null, from: null, to: null });
    else if (value === BETWEEN) {
      const midnight = new Date();
      midnight.setHours(0, 0, 0, 0);
      onChange({ last: null, from: midnight.toISOString(), to: null });
      // The options are the keys of RECENT and the two above.
    } else onChange({ last: value as Recent, from: null, to: null });
  };
  return (
    <>
      <Select
        label="Time"
        className="!w-auto"
        value={isBetween ? BETWEEN : (filter.last ?? ALL)}
        onChange={choose}
        options={[
          { value: ALL, label: "Any time" },
          ...Object.entries(RECENT).map(([value, { label }]) => ({ value, label })),
          { value: BETWEEN, label: "Between…" },
        ]}
      />
      {isBetween ? (
        <>
          <Input
            type="datetime-local"
            aria-label="From"
            className="!w-auto"
            value={localText(filter.from)}
            onChange={(event) =>
              onChange({ last: null, from: isoText(event.target.value), to: filter.to })
            }
          />
          <Input
            type="datetime-local"
            aria-label="To"
            className="!w-auto"
            value={localText(filter.to)}
            onChange={(event) =>
              onChange({ last: null, from: filter.from, to: isoText(event.target.value) })
            }
          />
        </>
      ) : null}
    </>
  );
}
