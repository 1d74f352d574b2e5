import { CallError } from "../call-error.ts";
import type { Jq } from "./syntax.ts";

const TOKEN =
  /\s*(?:(#[^\n]*)|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(\$?[A-Za-z_]\w*)|(\.\.|\/\/|==|!=|<=|>=|\?\/\/|[|,.:;()[\]{}+\-*/%<>?])|(")|$)/y;
const MAX_LENGTH = 10_000;
const MAX_DEPTH = 100;
const MAX_OPERATORS = 1500;
const WORDS = new Set(["and", "or", "as", "if", "then", "elif", "else", "end", "reduce", "def"]);

/** Low binds less. `|`, `,` and `//` are read on their own, because they group to the right. */
const LEVELS = [
  ["or"],
  ["and"],
  ["==", "!=", "<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "%"],
] as const;

/** @throws CallError for what is no jq, or jq that is not supported */
export function parseJq(text: string): Jq {
  if (text.length > MAX_LENGTH)
    throw new CallError("The jq program is too long", { kind: "limit" });
  const parser = new JqParser(text);
  const program = parser.pipe();
  parser.expectEnd();
  return program;
}

interface JqToken {
  type: "number" | "name" | "symbol" | "quote" | "end";
  value: string;
  start: number;
}

class JqParser {
  readonly #text: string;
  #at = 0;
  #token: JqToken = { type: "end", value: "", start: 0 };
  #depth = 0;
  #operators = 0;

  constructor(text: string) {
    this.#text = text;
    this.#advance();
  }

  pipe(): Jq {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new CallError("The jq program is nested too deeply");
    const result = this.#pipeBody();
    this.#depth -= 1;
    return result;
  }

  #pipeBody(): Jq {
    if (this.#is("def")) throw unsupported("def");
    const left = this.#comma();
    if (this.#take("as")) {
      const name = this.#variableName();
      this.#expect("|");
      return { kind: "bind", source: left, name, body: this.pipe() };
    }
    return this.#take("|") ? { kind: "pipe", left, right: this.pipe() } : left;
  }

  #comma(): Jq {
    let left = this.#alternative();
    while (this.#take(",")) {
      this.#count();
      left = { kind: "comma", left, right: this.#alternative() };
    }
    return left;
  }

  #alternative(): Jq {
    const left = this.#level(0);
    if (!this.#take("//")) return left;
    this.#enter();
    const right = this.#alternative();
    this.#depth -= 1;
    return { kind: "binary", operator: "//", left, right };
  }

  #level(index: number): Jq {
    const operators = LEVELS[index];
    if (operators === undefined) return this.#unary();
    let left = this.#level(index + 1);
    while (operators.some((one) => this.#is(one))) {
      this.#count();
      const operator = this.#token.value;
      this.#advance();
      left = { kind: "binary", operator, left, right: this.#level(index + 1) };
    }
    return left;
  }

  #unary(): Jq {
    if (!this.#take("-")) return this.#postfix();
    this.#enter();
    const body = this.#unary();
    this.#depth -= 1;
    return { kind: "negate", body };
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new CallError("The jq program is nested too deeply");
  }

  #postfix(): Jq {
    let target = this.#primary();
    for (;;) {
      this.#count();
      if (this.#take("?")) target = { kind: "try", body: target };
      else if (this.#take("[")) target = this.#bracket(target);
      else if (this.#is(".")) {
        this.#advance();
        target = this.#take("[") ? this.#bracket(target) : this.#field(target);
      } else return target;
    }
  }

  /** Evaluating goes as deep as there are operators. */
  #count(): void {
    this.#operators += 1;
    if (this.#operators > MAX_OPERATORS) {
      throw new CallError("The jq program is too long", { kind: "limit" });
    }
  }

  #field(target: Jq): Jq {
    const key: Jq =
      this.#token.type === "quote" ? this.#string() : { kind: "literal", value: this.#name() };
    return { kind: "index", target, key };
  }

  /** After `[`. */
  #bracket(target: Jq): Jq {
    if (this.#take("]")) return { kind: "iterate", target };
    const from = this.#is(":") ? null : this.pipe();
    if (this.#take(":")) {
      const to = this.#is("]") ? null : this.pipe();
      this.#expect("]");
      return { kind: "slice", target, from, to };
    }
    this.#expect("]");
    return { kind: "index", target, key: from ?? { kind: "identity" } };
  }

  #primary(): Jq {
    const { type, value } = this.#token;
    if (type === "number") {
      this.#advance();
      return { kind: "literal", value: Number(value) };
    }
    if (type === "quote") return this.#string();
    if (type === "name") return this.#word();
    if (this.#take("..")) return { kind: "descend" };
    if (this.#take("(")) {
      const inner = this.pipe();
      this.#expect(")");
      return inner;
    }
    if (this.#take("[")) {
      const body = this.#is("]") ? null : this.pipe();
      this.#expect("]");
      return { kind: "list", body };
    }
    if (this.#take("{")) return this.#map();
    if (this.#take(".")) return this.#afterDot();
    throw this.#unexpected("a value");
  }

  #afterDot(): Jq {
    const identity: Jq = { kind: "identity" };
    const isField = this.#token.type === "quote" || this.#token.type === "name";
    const isJoined = this.#text.charAt(this.#token.start - 1) === ".";
    return isField && isJoined ? this.#field(identity) : identity;
  }

  #word(): Jq {
    const { value } = this.#token;
    if (value.startsWith("$")) return { kind: "variable", name: this.#variableName() };
    if (value === "if") return this.#if();
    if (value === "reduce") return this.#reduce();
    if (WORDS.has(value)) throw this.#unexpected("a value");
    this.#advance();
    const literals = new Map([
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const);
    if (value === "true" || value === "false" || value === "null") {
      return { kind: "literal", value: literals.get(value) };
    }
    if (["foreach", "try", "label", "limit", "input", "inputs", "import"].includes(value)) {
      throw unsupported(value);
    }
    const list: Jq[] = [];
    if (this.#take("(")) {
      do list.push(this.pipe());
      while (this.#take(";"));
      this.#expect(")");
    }
    return { kind: "call", name: value, arguments: list };
  }

  #if(): Jq {
    this.#advance();
    this.#enter();
    const condition = this.pipe();
    this.#expect("then");
    const yes = this.pipe();
    let no: Jq = { kind: "identity" };
    if (this.#is("elif")) {
      no = this.#if();
    } else {
      if (this.#take("else")) no = this.pipe();
      this.#expect("end");
    }
    this.#depth -= 1;
    return { kind: "if", condition, yes, no };
  }

  #reduce(): Jq {
    this.#advance();
    const source = this.#postfix();
    this.#expect("as");
    const name = this.#variableName();
    this.#expect("(");
    const initial = this.pipe();
    this.#expect(";");
    const update = this.pipe();
    this.#expect(")");
    return { kind: "reduce", source, name, initial, update };
  }

  /** After `{`. */
  #map(): Jq {
    const entries: { key: Jq; value: Jq }[] = [];
    while (!this.#take("}")) {
      if (entries.length > 0) this.#expect(",");
      entries.push(this.#entry());
    }
    return { kind: "map", entries };
  }

  #entry(): { key: Jq; value: Jq } {
    if (this.#token.type === "name" && this.#token.value.startsWith("$")) {
      const name = this.#variableName();
      return { key: { kind: "literal", value: name }, value: { kind: "variable", name } };
    }
    let key: Jq;
    if (this.#take("(")) {
      key = this.pipe();
      this.#expect(")");
    } else {
      key =
        this.#token.type === "quote" ? this.#string() : { kind: "literal", value: this.#name() };
    }
    if (this.#take(":")) return { key, value: this.#alternative() };
    return { key, value: { kind: "index", target: { kind: "identity" }, key } };
  }

  /** At the opening quote. */
  #string(): Jq {
    const parts: (string | Jq)[] = [];
    let part = "";
    let at = this.#token.start + 1;
    for (;;) {
      const character = this.#text.charAt(at);
      if (character === "") throw new CallError("The jq program has a text that is never closed");
      if (character === '"') break;
      if (character !== "\\") {
        part += character;
        at += 1;
      } else if (this.#text.charAt(at + 1) === "(") {
        this.#at = at + 2;
        this.#advance();
        parts.push(part, this.pipe());
        if (!this.#is(")")) throw this.#unexpected("`)`");
        part = "";
        at = this.#token.start + 1;
      } else {
        const escape = /^\\(?:u[\da-fA-F]{4}|["\\/bfnrt])/.exec(this.#text.slice(at, at + 6))?.[0];
        if (escape === undefined) throw new CallError("The jq program has an unknown escape");
        part += String(JSON.parse(`"${escape}"`));
        at += escape.length;
      }
    }
    this.#at = at + 1;
    this.#advance();
    return parts.length === 0
      ? { kind: "literal", value: part }
      : { kind: "text", parts: [...parts, part] };
  }

  #name(): string {
    if (this.#token.type !== "name") throw this.#unexpected("a name");
    const { value } = this.#token;
    this.#advance();
    return value;
  }

  #variableName(): string {
    const name = this.#name();
    if (!name.startsWith("$")) throw this.#unexpected("a variable such as `$x`");
    return name.slice(1);
  }

  #is(value: string): boolean {
    return this.#token.value === value && this.#token.type !== "quote";
  }

  #take(value: string): boolean {
    const isThere = this.#is(value);
    if (isThere) this.#advance();
    return isThere;
  }

  #expect(value: string): void {
    if (!this.#take(value)) throw this.#unexpected(`\`${value}\``);
  }

  expectEnd(): void {
    if (this.#token.type !== "end") throw this.#unexpected("the end, or an operator");
  }

  #unexpected(wanted: string): CallError {
    const { type, value, start } = this.#token;
    const found = type === "end" ? "ends" : `has \`${value}\` at its character ${start + 1}`;
    return new CallError(`The jq program ${found} where ${wanted} is needed`);
  }

  #advance(): void {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) {
      const character = this.#text.slice(this.#at).trimStart().charAt(0);
      throw new CallError(`The jq program has \`${character}\`, which is not supported here`);
    }
    this.#at = TOKEN.lastIndex;
    const [all, comment, number, name, symbol, quote] = match;
    if (comment !== undefined) {
      this.#advance();
      return;
    }
    const value = number ?? name ?? symbol ?? quote ?? "";
    const type =
      number !== undefined
        ? "number"
        : name !== undefined
          ? "name"
          : symbol !== undefined
            ? "symbol"
            : quote !== undefined
              ? "quote"
              : "end";
    this.#token = { type, value, start: match.index + all.length - value.length };
  }
}

function unsupported(name: string): CallError {
  return new CallError(`\`${name}\` of jq is not supported yet`, { kind: "unsupported" });
}
