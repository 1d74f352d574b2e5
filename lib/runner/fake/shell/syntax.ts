/**
 * The part of the shell's language that the fake runner understands: simple commands with quotes,
 * variables and redirections, lists (`;` `&&` `||` `&`), `if`, `while` and `for`.
 */
export type Part =
  | { kind: "text"; text: string }
  | { kind: "variable"; name: string; isQuoted: boolean }
  | { kind: "arithmetic"; expression: string };

export interface Word {
  parts: Part[];
  /** Quoted words stay words even when they are empty. */
  isQuoted: boolean;
}

export interface Redirect {
  /** 1 or 2. */
  from: number;
  to: { kind: "file"; path: Word; isAppend: boolean } | { kind: "stream"; number: number };
}

export type Statement =
  | { kind: "command"; assignments: [string, Word][]; words: Word[]; redirects: Redirect[] }
  | { kind: "if"; condition: Item[]; body: Item[]; otherwise: Item[] }
  | { kind: "while"; condition: Item[]; body: Item[] }
  | { kind: "for"; name: string; words: Word[]; body: Item[] }
  /** A comment `# fake: …`, which acts where it stands. */
  | { kind: "directive"; text: string };

export interface Item {
  statement: Statement;
  /** When it runs, after the one before. */
  when: "always" | "success" | "failure";
  isBackground: boolean;
}

/** What the fake cannot read: said aloud, so that no test passes by accident. */
export class ShellSyntaxError extends Error {
  override readonly name = "ShellSyntaxError";
}
