export interface SearchTerm {
  text: string;
  isRegex: boolean;
  isCaseSensitive: boolean;
}

/** What marks the hits in a line as the server finds them; null when nothing is searched or the pattern is broken. */
export function patternFrom(term: SearchTerm): RegExp | null {
  if (term.text === "") return null;
  const source = term.isRegex ? term.text : term.text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  try {
    return new RegExp(source, term.isCaseSensitive ? "gu" : "giu");
  } catch {
    return null; // The field says so while the pattern is being written.
  }
}

/** Whether the term is a regular expression that does not parse. */
export function isBroken(term: SearchTerm): boolean {
  return term.isRegex && term.text !== "" && patternFrom(term) === null;
}

/** Where the pattern is found in the text: starts and exclusive ends, ascending. Empty hits do not count. */
export function hitRanges(text: string, pattern: RegExp | null): [number, number][] {
  if (pattern === null) return [];
  const ranges: [number, number][] = [];
  for (const match of text.matchAll(pattern)) {
    if (match[0] !== "") ranges.push([match.index, match.index + match[0].length]);
  }
  return ranges;
}
