import type { LogLine } from "#lib/core/log-line.ts";
import { fetchLog } from "#lib/query/execution-log.ts";
import { plainText } from "./ansi.ts";
import { findPosition } from "./find-position.ts";
import type { LogFilter } from "./log-filter.ts";
import { lineAt, type LogWindow } from "./log-window.ts";
import type { LineRange } from "./permalink.ts";

/** More lines than this are for the download, not for the clipboard. */
export const MAX_COPIED = 100_000;
const STRETCH = 500;

/** One filter's view of a log, to be read beyond what is on the screen. */
export interface LogReader {
  executionId: string;
  filter: LogFilter;
  window: LogWindow;
}

/** What is read of each line: its beginning is enough to know which it is. */
type Extent = "whole" | "beginning";

/** Lines from `first` up to and with `last`, from what is here or from the server. */
async function readLines(
  reader: LogReader,
  { first, last }: { first: number; last: number },
  extent: Extent,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (let at = first; at <= last; at = first + lines.length) {
    const known = lineAt(reader.window, at);
    if (known !== undefined && (extent === "beginning" || isWhole(known))) {
      lines.push(known);
      continue;
    }
    const limit = Math.min(STRETCH, last - at + 1);
    const query = { ...reader.filter, offset: at, limit, isWhole: extent === "whole" };
    const answer = await fetchLog(reader.executionId, query);
    if (answer.lines.length === 0) break;
    lines.push(...answer.lines);
  }
  return lines;
}

function isWhole({ wholeBytes }: LogLine): boolean {
  return wholeBytes === undefined;
}

/** What these positions show, or null when some of it is not here. */
export function textsHere(window: LogWindow, first: number, last: number): string[] | null {
  const texts: string[] = [];
  for (let at = first; at <= last; at += 1) {
    const line = lineAt(window, at);
    if (line === undefined || !isWhole(line)) return null;
    texts.push(plainText(line.text));
  }
  return texts;
}

export async function readTexts(reader: LogReader, first: number, last: number): Promise<string[]> {
  const lines = await readLines(reader, { first, last }, "whole");
  return lines.map((line) => plainText(line.text));
}

/** Position of the line with this index, or of the first one behind it. */
export function positionOf(reader: LogReader, index: number): Promise<number> {
  return findPosition(index, reader.window.total ?? 0, async (position) => {
    const [line] = await readLines(reader, { first: position, last: position }, "beginning");
    return line?.index ?? null;
  });
}

/** The positions of chosen lines; `last` is before `first` when the filter leaves none of them. */
export async function positionsOf(
  reader: LogReader,
  range: LineRange,
): Promise<{ first: number; last: number }> {
  const first = await positionOf(reader, range.first - 1);
  return { first, last: (await positionOf(reader, range.last)) - 1 };
}
