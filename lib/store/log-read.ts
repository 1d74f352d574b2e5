import { LOG_LEVELS, type LogLevel, type LogLine } from "#lib/core/log-line.ts";
import { pool } from "./database.ts";
import type { Lease } from "./lease.ts";
import { decodeLines, type StoredLine } from "./log-chunk.ts";

/** Which lines of an execution's log; absent is "all". */
export interface LogFilter {
  taskRunId?: string;
  /** The attempt's number, from 0. */
  attempt?: number;
  minLevel?: LogLevel;
}

/** Which of the lines that are asked for come in one answer, and how much of each. */
export interface LogStretch {
  /** Fewer may come: whoever wants more asks again from behind the last one. */
  limit: number;
  /** Of a longer line its beginning alone; absent: every line whole. */
  maxCharacters?: number;
}

interface ChunkRow {
  first_line: string;
  task_run_id: string | null;
  task_id: string | null;
  number: number | null;
  data: Buffer;
  /** How many chunks were named to be read, of which this is one. */
  named: string;
}

interface MatchingRow extends ChunkRow {
  matching: string;
}

/** A chunk's lines that match, and where the first of them stands among all that match. */
export interface LogPage {
  position: number;
  lines: LogLine[];
}

/** Read at a time; a chunk has 512 KiB, unless it is one long line. */
const PAGE_CHUNKS = 16;
/** Of these chunks no more are read once those before have so many bytes. */
const PAGE_BYTES = 16 * 1024 * 1024;
const JOINED = `log_chunks c
  LEFT JOIN attempts a ON a.id = c.attempt_id
  LEFT JOIN task_runs t ON t.id = c.task_run_id`;
const FROM = `
FROM ${JOINED}
WHERE c.execution_id = $1 AND ($2::text IS NULL OR c.task_run_id = $2)
  AND ($3::int IS NULL OR a.number = $3) AND c.max_level >= $4`;
const COLUMNS = "c.first_line, c.task_run_id, t.task_id, a.number, c.data";
const MATCHING = "(SELECT sum(n) FROM unnest(c.level_counts[$4 + 1:]) AS n)";
// Of what is stored beside the row the length is known without reading it.
const NAMED = "c.first_line AS first, octet_length(c.data) AS size";

/**
 * The statement that reads the chunks of the execution $1 which `named` tells as `NAMED`, from the
 * first one on: as many as a page has, and one at least. Each row says in `named` how many there were.
 */
function page(named: string, columns = COLUMNS): string {
  return `WITH named AS (${named}),
    page AS (
      SELECT named.*, sum(size) OVER (ORDER BY first) - size AS before, count(*) OVER () AS named
      FROM named
    )
  SELECT ${columns}, page.named FROM page, ${JOINED}
  WHERE c.execution_id = $1 AND c.first_line = page.first AND page.before < ${PAGE_BYTES}
  ORDER BY c.first_line`;
}

/** Whether nothing was left behind these rows when they were read. */
function isLast(rows: readonly { named: string }[]): boolean {
  return rows.length < PAGE_CHUNKS && rows.length === Number(rows[0]?.named ?? 0);
}

function parameters(executionId: string, filter: LogFilter): unknown[] {
  return [executionId, filter.taskRunId ?? null, filter.attempt ?? null, levelIndex(filter)];
}

function levelIndex(filter: LogFilter): number {
  return filter.minLevel ? LOG_LEVELS.indexOf(filter.minLevel) : 0;
}

/** How many lines match. */
export async function countLogLines(executionId: string, filter: LogFilter): Promise<number> {
  const { rows } = await pool().query<{ total: string | null }>(
    `SELECT sum(${MATCHING}) AS total ${FROM}`,
    parameters(executionId, filter),
  );
  return Number(rows[0]?.total ?? 0);
}

/** The lines from `offset` on of those that match; none when there are no more. */
export async function readLogWindow(
  executionId: string,
  filter: LogFilter,
  window: LogStretch & { offset: number },
): Promise<LogLine[]> {
  // By OFFSET each chunk is counted once, and sorted without its bytes.
  const named = `
    SELECT * FROM (
      SELECT counted.*, sum(matching) OVER (ORDER BY first) - matching AS position
      FROM (SELECT ${NAMED}, ${MATCHING} AS matching ${FROM} OFFSET 0) AS counted
    ) AS ranked
    WHERE position + matching > $5 AND position < $5 + $6`;
  const { rows } = await pool().query<ChunkRow & { position: string }>(
    page(named, `${COLUMNS}, page.position`),
    [...parameters(executionId, filter), window.offset, window.limit],
  );
  const lines: LogLine[] = [];
  for (const row of rows) {
    const matching = linesOf(row, levelIndex(filter), window.maxCharacters);
    const skip = window.offset - Number(row.position);
    lines.push(...matching.slice(Math.max(0, skip)));
  }
  return lines.slice(0, window.limit);
}

/** Lines from this index on, in order; several reads give every line once. */
export async function readLogFrom(
  executionId: string,
  line: number,
  { limit, maxCharacters }: LogStretch,
): Promise<LogLine[]> {
  const named = `SELECT ${NAMED} FROM log_chunks c
    WHERE c.execution_id = $1 AND c.first_line + c.line_count > $2
    ORDER BY c.first_line LIMIT ${PAGE_CHUNKS}`;
  const { rows } = await pool().query<ChunkRow>(page(named), [executionId, line]);
  const lines: LogLine[] = [];
  for (const row of rows) {
    for (const each of linesOf(row, 0, maxCharacters)) if (each.index >= line) lines.push(each);
    if (lines.length >= limit) break;
  }
  return lines.slice(0, limit);
}

/** Every line that matches, chunk by chunk; `skip` may say that a chunk's bytes need no reading. */
export async function* streamLogPages(
  executionId: string,
  filter: LogFilter,
  skip?: (data: Buffer) => boolean,
): AsyncGenerator<LogPage> {
  let position = 0;
  for await (const row of chunkRows(executionId, filter)) {
    if (!skip?.(row.data)) yield { position, lines: linesOf(row, levelIndex(filter)) };
    position += Number(row.matching);
  }
}

/**
 * The stored lines that match, byte for byte, chunk by chunk, and of which attempt they are; without
 * what Podflow itself says.
 */
export async function* streamStoredLines(
  executionId: string,
  filter: LogFilter,
  taskId?: string,
): AsyncGenerator<{ lines: StoredLine[]; of: string }> {
  const minLevel = levelIndex(filter);
  for await (const row of chunkRows(executionId, filter)) {
    if (taskId !== undefined && row.task_id !== taskId) continue;
    const lines = decodeLines(row.data).filter(
      ({ stream, level }) => stream !== "podflow" && LOG_LEVELS.indexOf(level) >= minLevel,
    );
    yield { lines, of: `${row.task_run_id} ${row.number}` };
  }
}

async function* chunkRows(executionId: string, filter: LogFilter): AsyncGenerator<MatchingRow> {
  const named = `SELECT ${NAMED}, ${MATCHING} AS matching ${FROM} AND c.first_line > $5
    ORDER BY c.first_line LIMIT ${PAGE_CHUNKS}`;
  const text = page(named, `${COLUMNS}, page.matching`);
  for (let after = -1; ;) {
    const values = [...parameters(executionId, filter), after];
    const { rows } = await pool().query<MatchingRow>(text, values);
    for (const row of rows) {
      yield row;
      after = Number(row.first_line);
    }
    if (isLast(rows)) return;
  }
}

/** Every stored line of an attempt, chunk by chunk, in order. */
export async function* streamAttemptLines({
  executionId,
  attemptId,
}: Pick<Lease, "executionId" | "attemptId">): AsyncGenerator<StoredLine[]> {
  const named = `SELECT ${NAMED} FROM log_chunks c
    WHERE c.execution_id = $1 AND c.attempt_id = $2 AND c.first_line > $3
    ORDER BY c.first_line LIMIT ${PAGE_CHUNKS}`;
  const text = page(named, "c.first_line, c.data");
  for (let after = -1; ;) {
    const values = [executionId, attemptId, after];
    const { rows } = await pool().query<Pick<ChunkRow, "first_line" | "data" | "named">>(
      text,
      values,
    );
    for (const row of rows) {
      yield decodeLines(row.data);
      after = Number(row.first_line);
    }
    if (isLast(rows)) return;
  }
}

function linesOf(row: ChunkRow, minLevel: number, maxCharacters?: number): LogLine[] {
  const lines: LogLine[] = [];
  const first = Number(row.first_line);
  for (const [offset, line] of decodeLines(row.data).entries()) {
    if (LOG_LEVELS.indexOf(line.level) < minLevel) continue;
    lines.push({
      index: first + offset,
      taskRunId: row.task_run_id,
      attemptNumber: row.number,
      taskId: row.task_id,
      time: new Date(line.timeMs).toISOString(),
      level: line.level,
      stream: line.stream,
      ...textOf(line.bytes, maxCharacters),
      ...(line.continues && { continues: true }),
    });
  }
  return lines;
}

function textOf(
  { buffer, byteOffset, length }: Uint8Array,
  maxCharacters = Infinity,
): Pick<LogLine, "text" | "wholeBytes"> {
  // A character has four bytes at most.
  const read = Math.min(length, maxCharacters * 4);
  const text = Buffer.from(buffer, byteOffset, read).toString();
  if (text.length <= maxCharacters) return { text };
  return { text: text.slice(0, maxCharacters), wholeBytes: length };
}
