import type { LogSeal } from "#lib/core/log-line.ts";

/** One task of an execution as its log sees it. */
export interface LogSubject {
  /** The task's id, with its value in brackets where it has one. */
  key: string;
  /** Null before it runs. */
  taskRunId: string | null;
  /** One for each attempt. */
  seals: LogSeal[];
  /** What an empty log says: why there is no line, and what will happen. */
  emptyTitle: string;
  emptyDetail: string;
}
