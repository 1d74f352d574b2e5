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
}

/** A chunk's lines that match, and where the first of them stands among all that match. */
export interface LogPage {
  position: number;
  lines: LogLine[];
}

const PAGE_CHUNKS = 16;
const FROM = `
FROM log_chunks c
  LEFT JOIN attempts a ON a.id = c.attempt_id
  LEFT JOIN task_runs t ON t.id = c.task_run_id
WHERE c.execution_id = $1 AND ($2::text IS NULL OR c.task_run_id = $2)
  AND ($3::int IS NULL OR a.number = $3) AND c.max_level >= $4`;
const COLUMNS = "c.first_line, c.task_run_id, t.task_id, a.number, c.data";
const MATCHING = "(SELECT sum(n) FROM unnest(c.level_counts[$4 + 1:]) AS n)";

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

/** The lines `offset` to `offset + limit` of those that match. */
export async function readLogWindow(
  executionId: string,
  filter: LogFilter,
  window: LogStretch & { offset: number },
): Promise<LogLine[]> {
  const { rows } = await pool().query<ChunkRow & { position: string }>(
    `WITH ranked AS (
       SELECT c.first_line AS first, ${MATCHING} AS matching,
         sum(${MATCHING}) OVER (ORDER BY c.first_line) AS upto ${FROM}
     )
     SELECT ${COLUMNS}, ranked.upto - ranked.matching AS position
     FROM ranked JOIN log_chunks c ON c.execution_id = $1 AND c.first_line = ranked.first
       LEFT JOIN attempts a ON a.id = c.attempt_id
       LEFT JOIN task_runs t ON t.id = c.task_run_id
     WHERE ranked.upto > $5 AND ranked.upto - ranked.matching < $5 + $6
     ORDER BY c.first_line`,
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
  const { rows } = await pool().query<ChunkRow>(
    `SELECT ${COLUMNS} FROM log_chunks c
       LEFT JOIN attempts a ON a.id = c.attempt_id
       LEFT JOIN task_runs t ON t.id = c.task_run_id
     WHERE c.execution_id = $1 AND c.first_line + c.line_count > $2
     ORDER BY c.first_line LIMIT $3`,
    [executionId, line, PAGE_CHUNKS],
  );
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

/** The stored lines that match, byte for byte, chunk by chunk; without what Podflow itself says. */
export async function* streamStoredLines(
  executionId: string,
  filter: LogFilter,
  taskId?: string,
): AsyncGenerator<StoredLine[]> {
  const minLevel = levelIndex(filter);
  for await (const row of chunkRows(executionId, filter)) {
    if (taskId !== undefined && row.task_id !== taskId) continue;
    yield decodeLines(row.data).filter(
      ({ stream, level }) => stream !== "podflow" && LOG_LEVELS.indexOf(level) >= minLevel,
    );
  }
}

async function* chunkRows(
  executionId: string,
  filter: LogFilter,
): AsyncGenerator<ChunkRow & { matching: string }> {
  let after = -1;
  for (;;) {
    const { rows } = await pool().query<ChunkRow & { matching: string }>(
      `SELECT ${COLUMNS}, ${MATCHING} AS matching ${FROM} AND c.first_line > $5
       ORDER BY c.first_line LIMIT ${PAGE_CHUNKS}`,
      [...parameters(executionId, filter), after],
    );
    for (const row of rows) {
      yield row;
      after = Number(row.first_line);
    }
    if (rows.length < PAGE_CHUNKS) return;
  }
}

/** Every stored line of an attempt, chunk by chunk, in order. */
export async function* streamAttemptLines({
  executionId,
  attemptId,
}: Pick<Lease, "executionId" | "attemptId">): AsyncGenerator<StoredLine[]> {
  let after = -1;
  for (;;) {
    const { rows } = await pool().query<Pick<ChunkRow, "first_line" | "data">>(
      `SELECT first_line, data FROM log_chunks
       WHERE execution_id = $1 AND attempt_id = $2 AND first_line > $3
       ORDER BY first_line LIMIT ${PAGE_CHUNKS}`,
      [executionId, attemptId, after],
    );
    for (const row of rows) {
      yield decodeLines(row.data);
      after = Number(row.first_line);
    }
    if (rows.length < PAGE_CHUNKS) return;
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
