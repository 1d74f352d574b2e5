import { signatureOf } from "./call.ts";
import { findTest, testNames } from "./conditions/table.ts";
import { filterNames, findFilter } from "./filters/table.ts";
import { laterFunctions } from "./functions/later.ts";
import { findFunction, functionNames } from "./functions/table.ts";

/** One line of completion or hover in the editor; plain JSON. */
export interface CatalogueEntry {
  kind: "function" | "filter" | "test";
  name: string;
  /** `date(format?, timeZone?)`; `?` may be left out, `...` takes all that follow. */
  signature: string;
  about: string;
  example: { template: string; result: string } | null;
  /** What to use instead, when it is only there for old flows. */
  instead: string | null;
  /** false: known, but reported as not supported yet. */
  isSupported: boolean;
}

/** Every function, filter and test, by kind and name. */
export function expressionCatalogue(): CatalogueEntry[] {
  const entries: CatalogueEntry[] = [
    ...functionNames().map((name) => entryOf("function", name, findFunction(name))),
    ...filterNames().map((name) => entryOf("filter", name, findFilter(name))),
    ...testNames().map((name) => entryOf("test", name, findTest(name))),
    ...[...laterFunctions].map(([name, does]): CatalogueEntry => {
      const about = `Not supported yet: ${does}.`;
      return { ...entryOf("function", name, undefined), about, isSupported: false };
    }),
  ];
  return entries.toSorted(
    (left, right) => left.kind.localeCompare(right.kind) || left.name.localeCompare(right.name),
  );
}

interface Documented {
  about: string;
  parameters: readonly string[];
  example?: readonly [string, string];
  instead?: string;
}

function entryOf(
  kind: CatalogueEntry["kind"],
  name: string,
  definition: Documented | undefined,
): CatalogueEntry {
  const [template, result] = definition?.example ?? [];
  const hasParentheses = kind === "function" && (definition?.parameters.length ?? 0) === 0;
  return {
    kind,
    name,
    signature: hasParentheses ? `${name}()` : signatureOf(name, definition?.parameters ?? []),
    about: definition?.about ?? "",
    example: template === undefined || result === undefined ? null : { template, result },
    instead: definition?.instead ?? null,
    isSupported: true,
  };
}
