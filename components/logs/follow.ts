/**
 * Whether the log keeps to its end while it grows. It stops when the person looks at something
 * else, and only the person starts it again: lines never move while they are read.
 */
export type FollowState =
  | { kind: "following" }
  /** `seenTotal` lines were there when it stopped. */
  | { kind: "stopped"; seenTotal: number };

export type FollowEvent =
  /** The person scrolled; `isAtEnd` says whether the last line can be seen now. */
  | { type: "scrolled"; isUp: boolean; isAtEnd: boolean; total: number }
  /** A link, a search, a key or the wheel goes to a line. */
  | { type: "went-to-line"; total: number }
  | { type: "back-to-end" };

export const FOLLOWING: FollowState = { kind: "following" };

export function followAfter(state: FollowState, event: FollowEvent): FollowState {
  switch (event.type) {
    case "scrolled":
      if (event.isAtEnd) return state.kind === "following" ? state : FOLLOWING;
      if (!event.isUp || state.kind === "stopped") return state;
      return { kind: "stopped", seenTotal: event.total };
    case "went-to-line":
      return state.kind === "stopped" ? state : { kind: "stopped", seenTotal: event.total };
    case "back-to-end":
      return state.kind === "following" ? state : FOLLOWING;
  }
}

/** Lines that came since the person stopped following. */
export function newLines(state: FollowState, total: number): number {
  return state.kind === "following" ? 0 : Math.max(0, total - state.seenTotal);
}
