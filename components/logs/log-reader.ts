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

/** Lines from `first` up to and with `last`, from what is here or from the server. */
async function readLines(reader: LogReader, first: number, last: number): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let at = first;
  for (; at <= last; at += 1) {
    const known = lineAt(reader.window, at);
    if (known === undefined) break;
    lines.push(known);
  }
  if (at > last) return lines;
  const limit = Math.min(STRETCH, last - at + 1);
  const answer = await fetchLog(reader.executionId, { ...reader.filter, offset: at, limit });
  if (answer.lines.length === 0) return lines;
  // Each stretch begins where the one before it ended.
  const rest = await readLines(reader, at + answer.lines.length, last);
  return [...lines, ...answer.lines, ...rest];
}

/** What these positions show, or null when some of it is not here. */
export function textsHere(window: LogWindow, first: number, last: number): string[] | null {
  const texts: string[] = [];
  for (let at = first; at <= last; at += 1) {
    const line = lineAt(window, at);
    if (line === undefined) return null;
    texts.push(plainText(line.text));
  }
  return texts;
}

export async function readTexts(reader: LogReader, first: number, last: number): Promise<string[]> {
  return (await readLines(reader, first, last)).map((line) => plainText(line.text));
}

/** Position of the line with this index, or of the first one behind it. */
export function positionOf(reader: LogReader, index: number): Promise<number> {
  return findPosition(index, reader.window.total ?? 0, async (position) => {
    const [line] = await readLines(reader, position, position);
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
