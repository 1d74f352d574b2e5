import type { ExecutionView, TaskRunView } from "./execution-view.ts";
import type { LogLine } from "./log-line.ts";

/**
 * What the page of an execution receives over SSE. The SSE id of every event is
 * `VERSION:LINE` (see `cursorText`): the versions and lines before it have been sent, so a stream
 * that is opened again with it goes on without a gap or a repeat.
 */
export type LiveEvent =
  | {
      type: "execution";
      /** Without its task runs: those that changed follow. */
      execution: Omit<ExecutionView, "taskRuns">;
      taskRuns: TaskRunView[];
    }
  | { type: "log"; lines: LogLine[] }
  /** Nothing will follow: the execution has ended and its log is complete. */
  | { type: "end" };

export interface LiveCursor {
  version: number;
  /** Index of the first line that has not been sent. */
  line: number;
}

export function cursorText(cursor: LiveCursor): string {
  return `${cursor.version}:${cursor.line}`;
}

/** The cursor of this text; the beginning when it is none. */
export function cursorFrom(text: string | null): LiveCursor {
  const match = /^(\d{1,15}):(\d{1,15})$/.exec(text ?? "");
  return { version: Number(match?.[1] ?? 0), line: Number(match?.[2] ?? 0) };
}
