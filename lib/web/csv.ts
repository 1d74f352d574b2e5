/**
 * The rows of a CSV text (RFC 4180; `"` quotes, also over line ends). The separator is the one of
 * comma, semicolon and tab that the first line has most of, unless it is given.
 */
export function parseCsv(text: string, separator: string | null = null): string[][] {
  const split = separator ?? likelySeparator(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  const endCell = (): void => {
    row.push(cell);
    cell = "";
  };
  const endRow = (): void => {
    endCell();
    rows.push(row);
    row = [];
  };
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text.charAt(at + 1) === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (character === '"' && cell === "") isQuoted = true;
    else if (character === split) endCell();
    else if (character === "\n") endRow();
    else if (character !== "\r" || text.charAt(at + 1) !== "\n") cell += character;
  }
  if (cell !== "" || row.length > 0) endRow();
  return rows;
}

function likelySeparator(text: string): string {
  const first = text.slice(0, 10_000).split("\n", 1)[0] ?? "";
  const count = (character: string): number => first.split(character).length;
  return [",", ";", "\t"].toSorted((a, b) => count(b) - count(a))[0] ?? ",";
}
