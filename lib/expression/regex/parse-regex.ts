import { CallError } from "../call-error.ts";
import {
  between,
  type CharacterTest,
  classOfLetter,
  ignoringCase,
  isWord,
  not,
  propertyClass,
} from "./character-class.ts";
import type { PatternNode } from "./program.ts";

const MAX_LENGTH = 1000;
const MAX_NESTING = 50;
const MAX_REPEAT = 1000;
const ESCAPES: Record<string, string> = {
  t: "\t",
  n: "\n",
  r: "\r",
  f: "\f",
  e: "\u001B",
  0: "\0",
};

export interface ParsedRegex {
  root: PatternNode;
  groupCount: number;
  groupNames: Map<string, number>;
}

interface Flags {
  ignoresCase: boolean;
  dotTakesLines: boolean;
  isMultiline: boolean;
}

/**
 * Reads a regular expression of Java. What cannot be matched in linear time is not supported:
 * look-around, back-references, possessive repetition.
 * @throws CallError that says what is wrong
 */
export function parseRegex(pattern: string): ParsedRegex {
  if (pattern.length > MAX_LENGTH) {
    throw new CallError(`The pattern is longer than ${MAX_LENGTH} characters`, { kind: "limit" });
  }
  const parser = new RegexParser(pattern);
  const root = parser.choice(0);
  if (!parser.isAtEnd) throw parser.error("has a `)` without a `(`");
  return { root, groupCount: parser.groupCount, groupNames: parser.groupNames };
}

class RegexParser {
  readonly #pattern: string;
  #at = 0;
  #flags: Flags = { ignoresCase: false, dotTakesLines: false, isMultiline: false };
  groupCount = 0;
  readonly groupNames = new Map<string, number>();

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  error(what: string): CallError {
    return new CallError(`The pattern ${what}, at its character ${this.#at + 1}`);
  }

  choice(depth: number): PatternNode {
    if (depth > MAX_NESTING) throw this.error("is nested too deeply");
    const flags = { ...this.#flags };
    const options = [this.#sequence(depth)];
    while (this.#take("|")) options.push(this.#sequence(depth));
    this.#flags = flags;
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: "choice", options };
  }

  #sequence(depth: number): PatternNode {
    const items: PatternNode[] = [];
    while (!this.isAtEnd && !this.#isAt("|") && !this.#isAt(")")) {
      const atom = this.#atom(depth);
      items.push(this.#repeated(atom));
    }
    return { kind: "sequence", items };
  }

  #repeated(body: PatternNode): PatternNode {
    const bounds = this.#bounds();
    if (bounds === null) return body;
    if (body.kind === "assert") throw this.error("repeats something without characters");
    const isLazy = this.#take("?");
    if (!isLazy && this.#isAt("+")) throw this.#unsupported("possessive repetition (`++`)");
    if (this.#bounds() !== null) throw this.error("repeats a repetition");
    return { kind: "repeat", body, ...bounds, isLazy };
  }

  #bounds(): { minimum: number; maximum: number } | null {
    if (this.#take("*")) return { minimum: 0, maximum: Infinity };
    if (this.#take("+")) return { minimum: 1, maximum: Infinity };
    if (this.#take("?")) return { minimum: 0, maximum: 1 };
    const match = /^\{(\d{1,6})(?:(,)(\d{1,6})?)?\}/.exec(
      this.#pattern.slice(this.#at, this.#at + 20),
    );
    if (match === null) return null;
    const minimum = Number(match[1]);
    const maximum =
      match[2] === undefined ? minimum : match[3] === undefined ? Infinity : Number(match[3]);
    if (maximum < minimum) throw this.error("has a repetition whose limits are swapped");
    if (minimum > MAX_REPEAT || (maximum !== Infinity && maximum > MAX_REPEAT)) {
      throw this.error(`repeats more than ${MAX_REPEAT} times`);
    }
    this.#at += match[0].length;
    return { minimum, maximum };
  }

  #atom(depth: number): PatternNode {
    const character = this.#next();
    switch (character) {
      case "(":
        return this.#group(depth);
      case "[":
        return this.#character(this.#set(depth));
      case ".": {
        const { dotTakesLines } = this.#flags;
        return { kind: "character", accepts: (one) => dotTakesLines || !isLineEnd(one) };
      }
      case "^":
        return this.#assertion(this.#flags.isMultiline ? isLineStart : isTextStart);
      case "$":
        return this.#assertion(this.#flags.isMultiline ? isLineFinish : isLastLineFinish);
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
        this.#at -= 1;
        throw this.error(`repeats nothing with \`${character}\``);
      default:
        return this.#character(single(character));
    }
  }

  #group(depth: number): PatternNode {
    let index = 0;
    if (this.#take("?")) {
      const name = /^<([A-Za-z][A-Za-z0-9]*)>/.exec(this.#pattern.slice(this.#at));
      const flags = /^([ismux]*)([:)])/.exec(this.#pattern.slice(this.#at));
      if (name !== null) {
        this.#at += name[0].length;
        index = this.#newGroup();
        this.groupNames.set(name[1] ?? "", index);
      } else if (flags !== null) {
        this.#at += flags[0].length;
        const outer = { ...this.#flags };
        this.#setFlags(flags[1] ?? "");
        if (flags[2] === ")") return { kind: "empty" };
        const inner = this.#body(depth);
        this.#flags = outer;
        return inner;
      } else {
        throw this.#unsupported("looking ahead or behind (`(?=`, `(?<=`), or this kind of group");
      }
    } else {
      index = this.#newGroup();
    }
    return { kind: "group", index, body: this.#body(depth) };
  }

  #body(depth: number): PatternNode {
    const body = this.choice(depth + 1);
    if (!this.#take(")")) throw this.error("has a `(` without a `)`");
    return body;
  }

  #newGroup(): number {
    this.groupCount += 1;
    if (this.groupCount > 50) throw this.error("has more than 50 groups");
    return this.groupCount;
  }

  #setFlags(letters: string): void {
    if (letters.includes("x")) throw this.#unsupported("the flag `x`");
    this.#flags = {
      ignoresCase: this.#flags.ignoresCase || letters.includes("i"),
      dotTakesLines: this.#flags.dotTakesLines || letters.includes("s"),
      isMultiline: this.#flags.isMultiline || letters.includes("m"),
    };
  }

  #escape(): PatternNode {
    const letter = this.#next();
    switch (letter) {
      case "b":
        return this.#assertion(isWordBoundary);
      case "B":
        return this.#assertion((text, at) => !isWordBoundary(text, at));
      case "A":
        return this.#assertion(isTextStart);
      case "z":
        return this.#assertion((text, at) => at === text.length);
      case "Z":
        return this.#assertion(isLastLineFinish);
      case "Q":
        return this.#quoted();
      case "R":
        return this.#character(isLineEnd);
      default:
        if (/[1-9k]/.test(letter)) throw this.#unsupported("references back to a group");
        return this.#character(this.#escapedClass(letter));
    }
  }

  /** What stands behind a backslash, outside or inside of `[…]`. */
  #escapedClass(letter: string): CharacterTest {
    const known = classOfLetter(letter);
    if (known !== null) return known;
    if (letter === "p" || letter === "P") {
      const name = /^(?:\{([\w=]{1,40})\}|([A-Z]))/.exec(this.#pattern.slice(this.#at));
      if (name === null) throw this.error("has `\\p` without `{…}`");
      this.#at += name[0].length;
      const test = propertyClass(name[1] ?? name[2] ?? "");
      return letter === "p" ? test : not(test);
    }
    return single(this.#escapedCharacter(letter));
  }

  #escapedCharacter(letter: string): string {
    const code = letter === "u" ? /^[\da-f]{4}/i : letter === "x" ? /^[\da-f]{2}/i : null;
    if (code !== null) {
      const digits = code.exec(this.#pattern.slice(this.#at))?.[0];
      if (digits === undefined) throw this.error(`has \`\\${letter}\` without its digits`);
      this.#at += digits.length;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const known = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (known !== undefined) return known;
    if (/[A-Za-z0-9]/.test(letter)) throw this.error(`has an unknown escape \`\\${letter}\``);
    return letter;
  }

  #quoted(): PatternNode {
    const end = this.#pattern.indexOf("\\E", this.#at);
    const text = this.#pattern.slice(this.#at, end === -1 ? undefined : end);
    this.#at = end === -1 ? this.#pattern.length : end + 2;
    const items = Array.from(text, (character) => this.#character(single(character)));
    return { kind: "sequence", items };
  }

  /** The inside of `[…]`. */
  #set(depth: number): CharacterTest {
    if (depth > MAX_NESTING) throw this.error("is nested too deeply");
    const isNegated = this.#take("^");
    const tests: CharacterTest[] = [];
    for (let isFirst = true; isFirst || !this.#isAt("]"); isFirst = false) {
      if (this.isAtEnd) throw this.error("has a `[` without a `]`");
      if (this.#isAt("&&")) throw this.#unsupported("intersection of classes (`&&`)");
      tests.push(this.#setItem(depth));
    }
    this.#at += 1;
    const test: CharacterTest = (codePoint) => tests.some((one) => one(codePoint));
    const cased = this.#flags.ignoresCase ? ignoringCase(test) : test;
    return isNegated ? not(cased) : cased;
  }

  #setItem(depth: number): CharacterTest {
    const character = this.#next();
    if (character === "[") return this.#set(depth + 1);
    let from = character;
    if (character === "\\") {
      const letter = this.#next();
      if (classOfLetter(letter) !== null || letter.toLowerCase() === "p") {
        return this.#escapedClass(letter);
      }
      from = this.#escapedCharacter(letter);
    }
    const isRange = this.#isAt("-") && !["]", ""].includes(this.#pattern.charAt(this.#at + 1));
    if (!isRange) return single(from);
    this.#at += 1;
    let to = this.#next();
    if (to === "\\") to = this.#escapedCharacter(this.#next());
    const [low, high] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
    if (high < low) throw this.error("has a range whose ends are swapped");
    return between(low, high);
  }

  #character(test: CharacterTest): PatternNode {
    return { kind: "character", accepts: this.#flags.ignoresCase ? ignoringCase(test) : test };
  }

  #assertion(holds: (text: string, at: number) => boolean): PatternNode {
    return { kind: "assert", holds };
  }

  #unsupported(what: string): CallError {
    return new CallError(
      `Patterns with ${what} are not supported, because they may never end: write it without`,
      { kind: "unsupported" },
    );
  }

  #isAt(text: string): boolean {
    return this.#pattern.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    const isThere = this.#isAt(text);
    if (isThere) this.#at += text.length;
    return isThere;
  }

  #next(): string {
    const codePoint = this.#pattern.codePointAt(this.#at);
    if (codePoint === undefined) throw this.error("ends too early");
    const character = String.fromCodePoint(codePoint);
    this.#at += character.length;
    return character;
  }
}

function single(character: string): CharacterTest {
  const wanted = character.codePointAt(0);
  return (codePoint) => codePoint === wanted;
}

function isLineEnd(codePoint: number): boolean {
  return [10, 13, 0x85, 0x2028, 0x2029].includes(codePoint);
}

function isTextStart(_: string, at: number): boolean {
  return at === 0;
}

function isLineStart(text: string, at: number): boolean {
  return at === 0 || text.charAt(at - 1) === "\n";
}

function isLineFinish(text: string, at: number): boolean {
  return at === text.length || text.charAt(at) === "\n";
}

/** As in Java `$` also stands before a line end that ends the text. */
function isLastLineFinish(text: string, at: number): boolean {
  return at === text.length || (at === text.length - 1 && text.charAt(at) === "\n");
}

function isWordBoundary(text: string, at: number): boolean {
  const isWordAt = (index: number): boolean => {
    const codePoint = index < 0 ? undefined : text.codePointAt(index);
    return codePoint !== undefined && isWord(codePoint);
  };
  return isWordAt(at - 1) !== isWordAt(at);
}
