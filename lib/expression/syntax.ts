import type { Span } from "./expression-error.ts";

/** The tree of a template. Every node knows its place in the text. */
export interface Template {
  text: string;
  nodes: TemplateNode[];
}

export type TemplateNode =
  | ({ kind: "text"; text: string } & Span)
  | ({ kind: "print"; expression: Expression } & Span)
  | ({ kind: "if"; branches: IfBranch[]; otherwise: TemplateNode[] } & Span)
  | ForNode
  | ({ kind: "set"; name: string; value: Expression } & Span)
  | ({ kind: "filter"; filters: FilterCall[]; body: TemplateNode[] } & Span)
  | MacroNode
  | ({ kind: "block"; name: string; body: TemplateNode[] } & Span);

export interface IfBranch {
  condition: Expression;
  body: TemplateNode[];
}

export interface ForNode extends Span {
  kind: "for";
  variable: string;
  list: Expression;
  body: TemplateNode[];
  /** What is shown when the list is empty. */
  otherwise: TemplateNode[];
}

export interface MacroNode extends Span {
  kind: "macro";
  name: string;
  parameters: { name: string; fallback: Expression | null }[];
  body: TemplateNode[];
}

export type Expression =
  | LiteralExpression
  | ({ kind: "variable"; name: string } & Span)
  | ({ kind: "attribute"; target: Expression; key: Expression } & Span)
  | CallExpression
  | ({ kind: "filter"; target: Expression; filter: FilterCall } & Span)
  | TestExpression
  | BinaryExpression
  | ({ kind: "unary"; operator: UnaryOperator; operand: Expression } & Span)
  | ({ kind: "ternary"; condition: Expression; yes: Expression; no: Expression } & Span)
  | ({ kind: "list"; items: Expression[] } & Span)
  | ({ kind: "map"; entries: { key: Expression; value: Expression }[] } & Span);

export interface LiteralExpression extends Span {
  kind: "literal";
  value: string | number | boolean | null;
  /** Written with a decimal point: a division with it is not a whole-number division. */
  isDecimal: boolean;
}

/** A call of a function or macro. */
export interface CallExpression extends Span {
  kind: "call";
  name: string;
  nameSpan: Span;
  arguments: Argument[];
}

export interface TestExpression extends Span {
  kind: "test";
  target: Expression;
  name: string;
  nameSpan: Span;
  arguments: Argument[];
  isNegated: boolean;
}

export interface BinaryExpression extends Span {
  kind: "binary";
  operator: BinaryOperator;
  left: Expression;
  right: Expression;
}

/** A filter with its arguments, without what it is applied to. */
export interface FilterCall extends Span {
  name: string;
  nameSpan: Span;
  arguments: Argument[];
}

/** `name` is null for a positional argument. */
export interface Argument {
  name: string | null;
  value: Expression;
}

export type UnaryOperator = "not" | "+" | "-";

export type BinaryOperator =
  | "or"
  | "and"
  | "contains"
  | "in"
  | "not in"
  | "=="
  | "!="
  | ">"
  | "<"
  | ">="
  | "<="
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "~"
  | "??"
  | "???"
  | "..";
