/** What a pattern is compiled to: a program for the matcher, which never goes back in the text. */
export type Instruction =
  | { kind: "character"; accepts: (codePoint: number) => boolean }
  /** Goes on at both places, `first` being preferred. */
  | { kind: "split"; first: number; second: number }
  | { kind: "jump"; to: number }
  /** Remembers the position: even for the beginning of a group, odd for its end. */
  | { kind: "save"; slot: number }
  | { kind: "assert"; holds: (text: string, at: number) => boolean }
  | { kind: "match" };

export interface Program {
  instructions: Instruction[];
  /** Without group 0, the whole match. */
  groupCount: number;
  groupNames: ReadonlyMap<string, number>;
}

/** The parts of a pattern as read, before compilation. */
export type PatternNode =
  | { kind: "empty" }
  | { kind: "character"; accepts: (codePoint: number) => boolean }
  | { kind: "assert"; holds: (text: string, at: number) => boolean }
  | { kind: "sequence"; items: PatternNode[] }
  | { kind: "choice"; options: PatternNode[] }
  | { kind: "group"; index: number; body: PatternNode }
  | { kind: "repeat"; body: PatternNode; minimum: number; maximum: number; isLazy: boolean };
