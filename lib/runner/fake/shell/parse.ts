import { type Item, type Redirect, ShellSyntaxError, type Statement, type Word } from "./syntax.ts";
import { readWord, WORD_END } from "./words.ts";

const DIRECTIVE = /^#\s*fake:\s*(.*)$/;

/**
 * @param text the script as Latin-1
 * @throws ShellSyntaxError
 */
export function parseShell(text: string): Item[] {
  const parser = new Parser(text);
  const items = parser.list([]);
  if (!parser.isAtEnd) throw new ShellSyntaxError(`unexpected "${parser.rest}"`);
  return items;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  get rest(): string {
    return this.#text.slice(this.#at, this.#at + 20);
  }

  /** Items up to one of these words, which is not taken. */
  list(ends: string[]): Item[] {
    const items: Item[] = [];
    let when: Item["when"] = "always";
    for (;;) {
      const directive = this.#skipBlank();
      if (directive !== null) {
        const statement: Statement = { kind: "directive", text: directive };
        items.push({ statement, when: "always", isBackground: false });
        continue;
      }
      if (this.isAtEnd || ends.includes(this.#peekName())) return items;
      const item: Item = { statement: this.#statement(), when, isBackground: false };
      items.push(item);
      this.#skipSpaces();
      when = this.#take("&&") ? "success" : this.#take("||") ? "failure" : "always";
      if (when === "always" && this.#take("&")) item.isBackground = true;
      if (this.#text[this.#at] === "|") throw new ShellSyntaxError("pipes are not known");
    }
  }

  #statement(): Statement {
    switch (this.#peekName()) {
      case "if":
        return this.#if();
      case "while":
        return this.#while();
      case "for":
        return this.#for();
      default:
        return this.#command();
    }
  }

  #if(): Statement {
    this.#expect("if");
    const condition = this.list(["then"]);
    this.#expect("then");
    const body = this.list(["else", "fi"]);
    const otherwise = this.#peekName() === "else" ? (this.#expect("else"), this.list(["fi"])) : [];
    this.#expect("fi");
    return { kind: "if", condition, body, otherwise };
  }

  #while(): Statement {
    this.#expect("while");
    const condition = this.list(["do"]);
    return { kind: "while", condition, body: this.#body() };
  }

  #for(): Statement {
    this.#expect("for");
    this.#skipSpaces();
    const name = this.#peekName();
    this.#expect(name);
    this.#skipSpaces();
    this.#expect("in");
    const words: Word[] = [];
    for (;;) {
      this.#skipSpaces();
      if (/^[;\n]?$/.test(this.#text[this.#at] ?? "")) break;
      words.push(this.#word());
    }
    this.#skipBlank();
    return { kind: "for", name, words, body: this.#body() };
  }

  #body(): Item[] {
    this.#expect("do");
    const body = this.list(["done"]);
    this.#expect("done");
    return body;
  }

  #command(): Statement {
    const assignments: [string, Word][] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (;;) {
      this.#skipSpaces();
      const redirect = this.#redirect();
      if (redirect) {
        redirects.push(redirect);
        continue;
      }
      const next = this.#text[this.#at] ?? "";
      if (this.isAtEnd || next === "#" || WORD_END.includes(next)) break;
      const assigned = /^([A-Za-z_]\w*)=/.exec(this.#text.slice(this.#at, this.#at + 100));
      if (assigned?.[1] && words.length === 0) {
        this.#at += assigned[0].length;
        assignments.push([assigned[1], this.#word()]);
      } else words.push(this.#word());
    }
    if (words.length === 0 && assignments.length === 0 && redirects.length === 0)
      throw new ShellSyntaxError(`unexpected "${this.rest}"`);
    return { kind: "command", assignments, words, redirects };
  }

  #redirect(): Redirect | null {
    const match = /^([12]?)(>>|>&|>)/.exec(this.#text.slice(this.#at, this.#at + 3));
    if (!match) return null;
    this.#at += match[0].length;
    const from = Number(match[1] || 1);
    this.#skipSpaces();
    if (match[2] !== ">&") {
      const to = { kind: "file", path: this.#word(), isAppend: match[2] === ">>" } as const;
      return { from, to };
    }
    const number = Number(this.#text[this.#at]);
    if (number !== 1 && number !== 2) throw new ShellSyntaxError(`unexpected "${this.rest}"`);
    this.#at += 1;
    return { from, to: { kind: "stream", number } };
  }

  #word(): Word {
    const { word, next } = readWord(this.#text, this.#at);
    this.#at = next;
    return word;
  }

  #peekName(): string {
    return /^[A-Za-z_]\w*/.exec(this.#text.slice(this.#at, this.#at + 100))?.[0] ?? "";
  }

  #expect(name: string): void {
    if (name === "" || this.#peekName() !== name)
      throw new ShellSyntaxError(`"${name}" expected before "${this.rest}"`);
    this.#at += name.length;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #skipSpaces(): void {
    while (this.#take(" ") || this.#take("\t") || this.#take("\\\n"));
  }

  /** Skips what separates statements; returns the text of a directive that stands there. */
  #skipBlank(): string | null {
    for (;;) {
      this.#skipSpaces();
      if (this.#take("\n") || this.#take(";")) continue;
      if (this.#text[this.#at] !== "#") return null;
      const end = this.#text.indexOf("\n", this.#at);
      const comment = this.#text.slice(this.#at, end === -1 ? undefined : end);
      this.#at += comment.length;
      const directive = DIRECTIVE.exec(comment)?.[1];
      if (directive !== undefined) return directive;
    }
  }
}
