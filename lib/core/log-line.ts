export const LOG_LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Where a line came from; null where it is not known (the Kubernetes log API may join both).
 * `podflow`: Podflow itself says it, e.g. why the attempt failed; it is no part of the sealed log.
 */
export type LogStream = "stdout" | "stderr" | "podflow" | null;

/** So much of a line is drawn on a screen. */
export const SHOWN_CHARACTERS = 10_000;

/** One line of an execution's log, as the browser and the API see it. */
export interface LogLine {
  /** Position in the execution's log, from 0, without gaps: a link to a line is this number. */
  index: number;
  taskRunId: string | null;
  attemptNumber: number | null;
  taskId: string | null;
  /** ISO 8601 with milliseconds: when the line was printed, not when it arrived. */
  time: string;
  level: LogLevel;
  stream: LogStream;
  /** Without the line end. Bytes that are no UTF-8 are shown as U+FFFD. */
  text: string;
  /** Set where `text` is but the beginning of a long line: how many bytes the whole of it has. */
  wholeBytes?: number;
  /** Set when it goes on within the line before it of the same stream: one of 16 MiB is kept in pieces. */
  continues?: true;
}

/** A place of an attempt's log where lines are missing, or may be. */
export interface LogGap {
  /** How many of the attempt's lines are before it. */
  afterLine: number;
  /** When the line before it was printed, as the place wrote it; null: not known, or there is none. */
  from: string | null;
  /** Likewise the line behind it. */
  to: string | null;
  /** A sentence that says what is missing and why. */
  why: string;
}

/** What was counted of an attempt's lines, without those of Podflow itself. */
interface Sealed {
  lines: number;
  /** Of the lines' text, without line ends. */
  bytes: number;
  /**
   * SHA-256, in hex, over the bytes of each line followed by one line feed, in order, with none
   * between the pieces of one line: what
   * `sha256sum` says of the attempt's log when it is downloaded raw (`GET /api/v1/logs/ID/download`
   * with `raw=true`, `taskRunId` and `attempt`). Absent in logs that were sealed before there was one.
   */
  sha256?: string;
  /** Set when the place did not tell stdout and stderr apart. */
  isJoined?: true;
}

/** Where a log stands: still growing, complete, or complete but for gaps that are named. */
export type LogSeal =
  | { state: "live" }
  | ({ state: "complete" } & Sealed)
  | ({
      state: "incomplete";
      /** All gaps in words. */
      gap: string;
      gaps?: LogGap[];
    } & Sealed);
