import "server-only";
import { type CatalogueEntry, expressionCatalogue } from "#lib/expression/catalogue.ts";

interface Entry {
  name: string;
  signature: string;
  /** Markdown: what it does, an example with its result, what to use instead of it. */
  description: string;
}

function entryFrom(entry: CatalogueEntry): Entry {
  const example =
    entry.example === null ? "" : `\`${entry.example.template}\` gives \`${entry.example.result}\``;
  const instead = entry.instead === null ? "" : `For old flows: use \`${entry.instead}\` instead.`;
  const description = [entry.about, example, instead].filter((part) => part !== "").join("\n\n");
  return { name: entry.name, signature: entry.signature, description };
}

/** The functions and filters that the editor completes, as plain JSON; only those that work. */
export function loadExpressionCatalogue(): { functions: Entry[]; filters: Entry[] } {
  const usable = expressionCatalogue().filter((entry) => entry.isSupported);
  const ofKind = (kind: CatalogueEntry["kind"]) =>
    usable.filter((entry) => entry.kind === kind).map(entryFrom);
  return { functions: ofKind("function"), filters: ofKind("filter") };
}
