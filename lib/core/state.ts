/**
 * The states of executions and task runs, with Kestra's names and meanings. The lists, the legal
 * moves and what a person may do in a state are tables that the server and the buttons both read.
 */
export const STATES = [
  "CREATED",
  "QUEUED",
  "RUNNING",
  "PAUSED",
  "RESTARTED",
  "RETRYING",
  "KILLING",
  "SUCCESS",
  "WARNING",
  "FAILED",
  "KILLED",
  "CANCELLED",
  "RETRIED",
  "SKIPPED",
] as const;
export type State = (typeof STATES)[number];

const next = {
  CREATED: [
    "QUEUED",
    "RUNNING",
    "KILLING",
    "KILLED",
    "SKIPPED",
    "FAILED",
    "SUCCESS",
    "WARNING",
    "CANCELLED",
  ],
  QUEUED: ["RUNNING", "KILLED", "CANCELLED", "FAILED"],
  RUNNING: [
    "PAUSED",
    "RETRYING",
    "KILLING",
    "SUCCESS",
    "WARNING",
    "FAILED",
    "KILLED",
    "RETRIED",
    "SKIPPED",
    "CANCELLED",
  ],
  PAUSED: ["RUNNING", "KILLING", "KILLED", "FAILED", "WARNING", "SUCCESS", "CANCELLED"],
  RESTARTED: ["RUNNING", "KILLING", "KILLED", "FAILED"],
  RETRYING: ["RUNNING", "KILLING", "KILLED", "FAILED", "RETRIED"],
  KILLING: ["KILLED", "SUCCESS", "WARNING", "FAILED"],
  SUCCESS: ["RESTARTED"],
  WARNING: ["RESTARTED"],
  FAILED: ["RESTARTED"],
  KILLED: ["RESTARTED"],
  CANCELLED: ["RESTARTED"],
  RETRIED: [],
  SKIPPED: [],
} as const satisfies Record<State, readonly State[]>;

const TERMINAL: ReadonlySet<State> = new Set([
  "SUCCESS",
  "WARNING",
  "FAILED",
  "KILLED",
  "CANCELLED",
  "RETRIED",
  "SKIPPED",
]);

/** Whether a row may go from one state to the other in one step. */
export function canMove(from: State, to: State): boolean {
  return (next[from] as readonly State[]).includes(to);
}

/** Whether nothing follows unless a person asks for it. */
export function isTerminal(state: State): boolean {
  return TERMINAL.has(state);
}

export const TERMINAL_STATES: readonly State[] = STATES.filter(isTerminal);
export const LIVE_STATES: readonly State[] = STATES.filter((state) => !isTerminal(state));

/** One entry of a history: the row was in this state from this moment on. */
export interface StateChange {
  state: State;
  /** ISO 8601 with milliseconds, UTC. */
  date: string;
}

const when = (...states: State[]) =>
  Object.assign((row: { state: State }) => states.includes(row.state), { states });

/** What a person may do with an execution in which state. */
export const executionCan = {
  kill: when("CREATED", "QUEUED", "RUNNING", "PAUSED", "RESTARTED", "RETRYING"),
  delete: when("SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED"),
};
