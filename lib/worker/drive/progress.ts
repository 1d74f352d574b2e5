import type { Failure } from "#lib/core/failure.ts";
import type { LogGap } from "#lib/core/log-line.ts";
import type { Ending } from "#lib/runner/contract.ts";

/**
 * What a drive must remember for whoever adopts its attempt. Stored in `attempts.progress`; the part
 * about the log is stored in the same statement as the lines.
 */
export interface Progress {
  /** Where the log goes on; null: from its beginning. */
  cursor: string | null;
  /** Appends to the log so far. */
  sequence: number;
  /** Lines of the attempt that are stored. */
  lines: number;
  /** Bytes of those lines. */
  bytes: number;
  /** How many of them, and of their bytes, Podflow itself said. */
  ownLines: number;
  ownBytes: number;
  /** Whether a line came without its stream. */
  isJoined: boolean;
  stdOutLineCount: number;
  stdErrLineCount: number;
  /** Outputs that the code printed. */
  vars: Record<string, unknown>;
  /** Where lines are missing for good, or may be. */
  gaps: LogGap[];
  /** Why the run is being ended by us; null: it is not. The first reason wins. */
  forced: Forced | null;
  /** How a run ended that its place gave up and removed: afterwards the place only knows that it is gone. */
  givenUp: Ending | null;
  /** When the user's code was first seen running, ISO 8601 of a worker's clock; null: not yet. */
  runningSince: string | null;
  /** Whether what there is to say about the output files stands in the log. */
  isRemarked: boolean;
  /** Whether the log says what there is to say of the attempt's end. */
  isEndTold: boolean;
  /** The connection from which the task's own `config` has what it does not name; null without one. */
  baseConnectionId: string | null;
  /** What the run gets from SIGTERM to SIGKILL, for who ends it without having rendered the task. */
  graceSeconds: number | null;
  /** Whether the pod stays after its end. */
  keepsPod: boolean;
  /** How often a drive broke for a reason that is our own mistake. */
  crashes: number;
}

export type Forced = { kind: "killed" } | { kind: "failed"; failure: Failure };

const NONE: Progress = {
  cursor: null,
  sequence: 0,
  lines: 0,
  bytes: 0,
  ownLines: 0,
  ownBytes: 0,
  isJoined: false,
  stdOutLineCount: 0,
  stdErrLineCount: 0,
  vars: {},
  gaps: [],
  forced: null,
  givenUp: null,
  runningSince: null,
  isRemarked: false,
  isEndTold: false,
  baseConnectionId: null,
  graceSeconds: null,
  keepsPod: false,
  crashes: 0,
};

/** The progress of this row; what it lacks has not happened yet. Only drives write it. */
export function progressFrom(stored: Record<string, unknown>): Progress {
  return { ...NONE, ...stored };
}
