import { ExpressionError } from "./expression-error.ts";
import { parseNodes } from "./parse-tags.ts";
import { segmentsOf } from "./segment.ts";
import type { Template } from "./syntax.ts";

/** Templates kept ready, the oldest out first; texts longer than the limit are not kept. */
const CACHE_ENTRIES = 2000;
const CACHE_TEXT_LIMIT = 20_000;
const cache = new Map<string, Template>();

/** Whether the text has anything to evaluate; one without comes back as it is. */
export function hasExpressions(text: string): boolean {
  return text.includes("{{") || text.includes("{%") || text.includes("{#");
}

/**
 * Reads a template (text with `{{ … }}`, `{% … %}` and `{# … #}`).
 * @throws ExpressionError with the place of what cannot be read
 */
export function parseTemplate(text: string): Template {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const template = { text, nodes: parseNodes(text, segmentsOf(text)) };
  if (text.length <= CACHE_TEXT_LIMIT) {
    const oldest = cache.size >= CACHE_ENTRIES ? cache.keys().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest);
    cache.set(text, template);
  }
  return template;
}

/** As `parseTemplate`, with the error as a value: for checks that list all problems. */
export function parseTemplateSafely(
  text: string,
): { template: Template; problem: null } | { template: null; problem: ExpressionError } {
  try {
    return { template: parseTemplate(text), problem: null };
  } catch (error) {
    if (error instanceof ExpressionError) return { template: null, problem: error };
    throw error;
  }
}
