const MOST = 10;

/** The first lines of a source that have the text, with it marked as Kestra marks it. */
export function matchingLines(source: string, text: string): string[] {
  const wanted = text.trim();
  if (wanted === "") return [];
  const pattern = new RegExp(wanted.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), "gi");
  return source
    .split("\n")
    .filter((line) => line.search(pattern) !== -1)
    .slice(0, MOST)
    .map((line) => line.replaceAll(pattern, (match) => `[mark]${match}[/mark]`));
}
