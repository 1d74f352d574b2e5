/**
 * What expressions can see and ask for. Values are plain data (JSON plus Date); the evaluator reads
 * own properties only, so no host object is reachable through them.
 */
export interface Scope {
  /** The roots by name: `inputs`, `outputs`, `vars`, `flow`, `execution`, `task`, `taskrun`, … */
  variables: Record<string, unknown>;
  /** What needs the world outside; absent in checks without an execution. */
  host?: ExpressionHost;
  /** For `now()` and friends; the evaluator never reads a clock of its own. */
  now: () => Date;
}

export interface ExpressionHost {
  /** Text of a stored file of this execution, at most `maxBytes`. @throws Error in a person's words */
  read(uri: string): Promise<string>;
  /** Size in bytes of a stored file; null when there is none. */
  fileSize(uri: string): Promise<number | null>;
  /** A secret's value; null when there is none. Whoever renders masks it in logs. */
  secret(key: string): Promise<string | null>;
}

/** What an evaluation may cost. Reaching a limit is an ExpressionError that names it. */
export interface Budget {
  /** Nodes evaluated. */
  steps: number;
  /** Characters of any string made, and of the result. */
  characters: number;
  /** Nesting of calls, lists and `render`. */
  depth: number;
}
