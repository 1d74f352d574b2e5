import type { FilterDefinition } from "../call.ts";
import { dateFilters } from "./date.ts";
import { encodeFilters } from "./encode.ts";
import { jqFilters } from "./jq.ts";
import { listFilters } from "./list.ts";
import { numberFilters } from "./number.ts";
import { patternFilters } from "./pattern.ts";
import { textFilters } from "./text.ts";

const filters = new Map<string, FilterDefinition>(
  Object.entries({
    ...textFilters,
    ...patternFilters,
    ...listFilters,
    ...numberFilters,
    ...dateFilters,
    ...encodeFilters,
    ...jqFilters,
  }),
);

export function findFilter(name: string): FilterDefinition | undefined {
  return filters.get(name);
}

export function filterNames(): string[] {
  return [...filters.keys()];
}
