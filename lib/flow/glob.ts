import { canGoOn, type GlobProgram, runGlob } from "./glob-machine.ts";
import { safePattern } from "./glob-regex.ts";

/** A pattern that cannot be read; the message says what is wrong with it. */
export class GlobError extends Error {
  override readonly name = "GlobError";
}

/** Java matches `glob:` and `regex:` patterns against the absolute path, which ends as this does. */
const ABSOLUTE = "/kestra/working-dir/";

/**
 * Tests paths relative to the working directory as java.nio's PathMatcher does in Kestra (LANGUAGE.md
 * 2.3): `*` and `?` stay within a folder, `**` does not, a leading dot is like any character, and a
 * backslash becomes a slash. Takes time proportional to path times pattern, whatever the pattern.
 * @throws GlobError
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  if (pattern.startsWith("regex:")) {
    const test = safePattern(pattern.slice("regex:".length));
    if (typeof test === "string") throw new GlobError(`\`${pattern}\`: ${test}`);
    return (path) => test.test(path) || test.test(ABSOLUTE + path);
  }
  const { program, beginnings } = readGlob(pattern);
  return (path) => {
    const written = path.replaceAll("\\", "/");
    return beginnings.some((begin) => runGlob(program, begin + written));
  };
}

/**
 * Tells of a folder whether the pattern may match something below it; of a regular expression nobody
 * can tell, so that it may.
 * @throws GlobError
 */
export function compileReach(pattern: string): (folder: string) => boolean {
  if (pattern.startsWith("regex:")) return () => true;
  const { program, beginnings } = readGlob(pattern);
  return (folder) => {
    const written = `${folder.replaceAll("\\", "/")}/`;
    return beginnings.some((begin) => canGoOn(program, begin + written));
  };
}

/** The pattern, and what may stand before a path that is relative to the working directory. */
function readGlob(pattern: string): { program: GlobProgram; beginnings: string[] } {
  const isPrefixed = pattern.startsWith("glob:");
  const text = (isPrefixed ? pattern.slice("glob:".length) : pattern).replaceAll("\\", "/");
  return {
    program: new GlobReader(text).read(),
    beginnings: ["", ...(isPrefixed ? [ABSOLUTE] : [])],
  };
}

/** An open group: its choice, and the jumps from the ends of its branches. */
interface Group {
  choice: { kind: "choice"; targets: number[] };
  ends: { kind: "jump"; target: number }[];
}

/** Builds the program from left to right; groups do not nest, as in Java. */
class GlobReader {
  readonly #characters: string[];
  readonly #pattern: string;
  readonly #program: GlobProgram = [];
  #at = 0;
  #group: Group | null = null;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#characters = Array.from(pattern);
  }

  read(): GlobProgram {
    while (this.#at < this.#characters.length) this.#readOne(this.#next());
    if (this.#group !== null) throw this.#error("`{` has no `}`");
    this.#program.push({ kind: "end" });
    return this.#program;
  }

  #readOne(character: string): void {
    switch (character) {
      case "*":
        this.#readStar();
        return;
      case "?":
        this.#program.push({ kind: "character", matches: (one) => one !== "/" });
        return;
      case "[":
        this.#readClass();
        return;
      case "{":
        this.#openGroup();
        return;
      case "}":
        if (this.#group === null) this.#literal(character);
        else this.#closeGroup(this.#group);
        return;
      case ",":
        if (this.#group === null) this.#literal(character);
        else this.#nextBranch(this.#group);
        return;
      default:
        this.#literal(character);
    }
  }

  #readStar(): void {
    const isDouble = this.#characters[this.#at] === "*";
    if (isDouble) this.#at += 1;
    const start = this.#program.length;
    this.#program.push(
      { kind: "choice", targets: [start + 1, start + 3] },
      { kind: "character", matches: isDouble ? () => true : (one) => one !== "/" },
      { kind: "jump", target: start },
    );
  }

  #readClass(): void {
    const isNegated = this.#characters[this.#at] === "!";
    if (isNegated) this.#at += 1;
    const ranges: [string, string][] = [];
    // A hyphen stands for itself at the beginning and at the end only.
    if (this.#characters[this.#at] === "-") {
      this.#at += 1;
      ranges.push(["-", "-"]);
    }
    let isFirst = ranges.length === 0;
    for (;;) {
      const low = this.#next("`[` has no `]`");
      if (low === "]" && !isFirst) break;
      if (low === "]") throw this.#error("`[` has nothing in it");
      if (low === "/") throw this.#error("`/` cannot be inside `[…]`");
      const isLast = this.#characters[this.#at] === "]";
      if (low === "-" && !isLast) throw this.#error("`-` has nothing before it to begin a range");
      isFirst = false;
      const isRange = this.#characters[this.#at] === "-" && this.#characters[this.#at + 1] !== "]";
      if (!isRange) {
        ranges.push([low, low]);
        continue;
      }
      this.#at += 1;
      const high = this.#next("`[` has no `]`");
      if (high < low) throw this.#error(`the range \`${low}-${high}\` goes backwards`);
      ranges.push([low, high]);
    }
    this.#program.push({
      kind: "character",
      matches: (one) =>
        one !== "/" && ranges.some(([low, high]) => one >= low && one <= high) !== isNegated,
    });
  }

  #openGroup(): void {
    if (this.#group !== null) throw this.#error("groups `{…}` cannot be inside of each other");
    const choice = { kind: "choice" as const, targets: [this.#program.length + 1] };
    this.#program.push(choice);
    this.#group = { choice, ends: [] };
  }

  #nextBranch(group: Group): void {
    const end = { kind: "jump" as const, target: -1 };
    group.ends.push(end);
    this.#program.push(end);
    group.choice.targets.push(this.#program.length);
  }

  #closeGroup(group: Group): void {
    for (const end of group.ends) end.target = this.#program.length;
    this.#group = null;
  }

  #literal(character: string): void {
    this.#program.push({ kind: "character", matches: (one) => one === character });
  }

  #next(whenEnded = ""): string {
    const character = this.#characters[this.#at];
    if (character === undefined) throw this.#error(whenEnded);
    this.#at += 1;
    return character;
  }

  #error(what: string): GlobError {
    return new GlobError(`\`${this.#pattern}\`: ${what}.`);
  }
}
