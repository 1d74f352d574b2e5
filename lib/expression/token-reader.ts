import { ExpressionError, type Span } from "./expression-error.ts";
import type { Token } from "./lex.ts";

/** Walks over the tokens of one `{{ … }}` or `{% … %}`. */
export class TokenReader {
  readonly text: string;
  readonly #tokens: Token[];
  #index = 0;
  /** How deep the parser is: a text of a million brackets must not exhaust the stack. */
  depth: number;
  /** Operators read so far, also of inserted expressions: walking a tree of them is recursive. */
  readonly operators: { count: number };

  constructor(
    text: string,
    tokens: Token[],
    around: { depth: number; operators?: { count: number } },
  ) {
    this.text = text;
    this.#tokens = tokens;
    this.depth = around.depth;
    this.operators = around.operators ?? { count: 0 };
  }

  /** The token `ahead` places further on; the last one is always of type `end`. */
  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)];
    return token ?? { type: "end", value: "", start: this.text.length, end: this.text.length };
  }

  next(): Token {
    const token = this.peek();
    this.#index += 1;
    return token;
  }

  /** End of the token that was read last. */
  get lastEnd(): number {
    return this.#tokens[Math.min(this.#index, this.#tokens.length) - 1]?.end ?? this.peek().start;
  }

  isSymbol(value: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.type === "symbol" && token.value === value;
  }

  isName(value: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.type === "name" && token.value === value;
  }

  takeSymbol(value: string): boolean {
    const isThere = this.isSymbol(value);
    if (isThere) this.#index += 1;
    return isThere;
  }

  takeName(value: string): boolean {
    const isThere = this.isName(value);
    if (isThere) this.#index += 1;
    return isThere;
  }

  expectSymbol(value: string): Token {
    if (!this.isSymbol(value)) throw this.unexpected(`\`${value}\``);
    return this.next();
  }

  expectName(what: string): Token {
    if (this.peek().type !== "name") throw this.unexpected(what);
    return this.next();
  }

  expectEnd(): void {
    if (this.peek().type !== "end") throw this.unexpected(`\`${this.closer}\``);
  }

  get closer(): string {
    return this.#tokens.at(-1)?.value ?? "}}";
  }

  unexpected(wanted: string): ExpressionError {
    const token = this.peek();
    const found = token.type === "end" ? "the expression ends" : `\`${shown(token)}\` stands`;
    return this.error(`Here ${found} where ${wanted} is needed`, token);
  }

  error(message: string, span: Span): ExpressionError {
    return new ExpressionError("syntax", message, { text: this.text, span });
  }
}

function shown(token: Token): string {
  if (token.type === "string") return "'…'";
  return token.value;
}
