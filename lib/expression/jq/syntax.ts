/** The tree of a jq program, as far as it is supported. */
export type Jq =
  | { kind: "identity" }
  | { kind: "descend" }
  | { kind: "literal"; value: unknown }
  | { kind: "variable"; name: string }
  /** A text with `\(…)` in it. */
  | { kind: "text"; parts: (string | Jq)[] }
  | { kind: "index"; target: Jq; key: Jq }
  | { kind: "slice"; target: Jq; from: Jq | null; to: Jq | null }
  | { kind: "iterate"; target: Jq }
  | { kind: "try"; body: Jq }
  | { kind: "pipe"; left: Jq; right: Jq }
  | { kind: "comma"; left: Jq; right: Jq }
  | { kind: "binary"; operator: string; left: Jq; right: Jq }
  | { kind: "negate"; body: Jq }
  | { kind: "list"; body: Jq | null }
  | { kind: "map"; entries: { key: Jq; value: Jq }[] }
  | { kind: "if"; condition: Jq; yes: Jq; no: Jq }
  | { kind: "bind"; source: Jq; name: string; body: Jq }
  | { kind: "reduce"; source: Jq; name: string; initial: Jq; update: Jq }
  | { kind: "call"; name: string; arguments: Jq[] };
