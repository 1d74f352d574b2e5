import { AppError } from "#lib/core/app-error.ts";
import type { LogLine } from "#lib/core/log-line.ts";
import { pool } from "#lib/store/database.ts";
import {
  countLogLines,
  type LogFilter,
  type LogStretch,
  readLogFrom as readFrom,
  readLogWindow,
  streamLogPages,
  streamStoredLines,
} from "#lib/store/log-read.ts";
import { RawLog } from "#lib/store/raw-log.ts";
import { type LogSearch, matcherOf } from "./log-matcher.ts";

export type { LogFilter } from "#lib/store/log-read.ts";
export type { LogSearch } from "./log-matcher.ts";

const MAX_WINDOW = 10_000;
/** A window that has so many characters is not gone on with: it becomes one text of JSON. */
const WINDOW_CHARACTERS = 16 * 1024 * 1024;
const MAX_POSITIONS = 10_000;

/**
 * A window of the lines that match: `offset` and `total` count those. It has fewer lines than were
 * asked for where there are no more, or where they are long; then the next begins behind them.
 * @throws AppError `not-found`
 */
export async function readLog(
  executionId: string,
  filter: LogFilter,
  window: LogStretch & { offset: number },
): Promise<{ lines: LogLine[]; total: number }> {
  const known = await totalLines(executionId);
  const isWhole = Object.values(filter).every((value) => value === undefined);
  const asked = { ...window, limit: Math.min(window.limit, MAX_WINDOW) };
  const [total, lines] = await Promise.all([
    isWhole ? known : countLogLines(executionId, filter),
    readWindow(asked, (stretch) =>
      // Without a filter a line's index is its position.
      isWhole
        ? readFrom(executionId, stretch.offset, stretch)
        : readLogWindow(executionId, filter, stretch),
    ),
  ]);
  // Lines may have come between the two reads.
  return { lines, total: Math.max(total, window.offset + lines.length) };
}

async function readWindow(
  window: LogStretch & { offset: number },
  read: (window: LogStretch & { offset: number }) => Promise<LogLine[]>,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let characters = 0;
  while (lines.length < window.limit) {
    const offset = window.offset + lines.length;
    const more = await read({ ...window, offset, limit: window.limit - lines.length });
    if (more.length === 0) return lines;
    for (const line of more) {
      characters += line.text.length;
      if (lines.length > 0 && characters > WINDOW_CHARACTERS) return lines;
      lines.push(line);
    }
  }
  return lines;
}

/** The lines from index `line` on, in order; empty when there are none yet. */
export async function readLogFrom(
  executionId: string,
  line: number,
  stretch: LogStretch = { limit: 2000 },
): Promise<LogLine[]> {
  return readFrom(executionId, line, stretch);
}

/** Positions, in the filtered list, of the lines that match; 10,000 at most. @throws AppError `malformed` for a regex that is none or takes too long */
export async function searchLog(
  executionId: string,
  filter: LogFilter,
  search: LogSearch,
): Promise<{ positions: number[]; isTruncated: boolean }> {
  await totalLines(executionId);
  const matcher = matcherOf(search);
  const positions: number[] = [];
  const pages = streamLogPages(executionId, filter, (data) => !matcher.mayMatch(data));
  for await (const page of pages) {
    const found = matcher.matches(page.lines.map((line) => line.text));
    for (const index of found) positions.push(page.position + index);
    if (positions.length > MAX_POSITIONS) {
      return { positions: positions.slice(0, MAX_POSITIONS), isTruncated: true };
    }
  }
  return { positions, isTruncated: false };
}

/** The lines that match, chunk by chunk, for downloads and the API. */
export async function* streamLog(
  executionId: string,
  filter: LogFilter,
): AsyncGenerator<LogLine[]> {
  await totalLines(executionId);
  for await (const page of streamLogPages(executionId, filter)) yield page.lines;
}

/**
 * The bytes of the lines that match (of one task only when `taskId` is given) as they were printed,
 * without what Podflow itself says: of one whole attempt they are what its seal's hash was made of.
 */
export async function* streamRawLog(
  executionId: string,
  filter: LogFilter,
  taskId?: string,
): AsyncGenerator<Uint8Array> {
  await totalLines(executionId);
  const raw = new RawLog();
  for await (const { lines, of } of streamStoredLines(executionId, filter, taskId)) {
    if (lines.length > 0) yield raw.add(lines, of);
  }
  yield raw.end;
}

async function totalLines(executionId: string): Promise<number> {
  const { rows } = await pool().query<{ log_lines: string }>(
    "SELECT log_lines FROM executions WHERE id = $1",
    [executionId],
  );
  const [row] = rows;
  if (!row) throw new AppError("not-found", `There is no execution ${executionId}.`);
  return Number(row.log_lines);
}
