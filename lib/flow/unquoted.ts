import { isMap, visit } from "yaml";
import type { Problem } from "#lib/core/flow-view.ts";
import { rangeOf, type YamlSource } from "./yaml-source.ts";

/**
 * Values that begin with `{{` outside quotes, which YAML takes for a map: the most frequent slip in
 * these flows. Each comes with the fix that puts it in quotes.
 */
export function unquotedExpressions(source: YamlSource): Problem[] {
  const problems: Problem[] = [];
  visit(source.document, {
    Map(_, map) {
      const start = map.range?.[0];
      if (!map.flow || start === undefined || !source.text.startsWith("{{", start)) return;
      const outer = map.items[0]?.key;
      if (!isMap(outer)) return;
      problems.push(problemAt(source, start));
      return visit.SKIP;
    },
  });
  return problems;
}

function problemAt(source: YamlSource, start: number): Problem {
  const lineEnd = source.text.indexOf("\n", start);
  const line = source.text.slice(start, lineEnd === -1 ? undefined : lineEnd);
  const written = line.replace(/\s+#(?!.*\}\}).*$/, "").trimEnd();
  const range = rangeOf(source, start, start + written.length);
  return {
    severity: "error",
    code: "unquoted-expression",
    message: `\`${written}\` must be in quotes: outside them YAML reads \`{{\` as the begin of a map.`,
    path: "",
    range,
    fix: { title: "Put it in quotes", edits: [{ range, text: quoted(written) }] },
  };
}

function quoted(text: string): string {
  if (!/["\\]/.test(text)) return `"${text}"`;
  return text.includes("'") ? JSON.stringify(text) : `'${text}'`;
}
