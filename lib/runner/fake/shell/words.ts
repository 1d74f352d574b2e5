import { type Part, ShellSyntaxError, type Word } from "./syntax.ts";

/** Characters that end a word. */
export const WORD_END = " \t\n;&|<>()";

/** The word that begins at `start`, and where it ends. */
export function readWord(text: string, start: number): { word: Word; next: number } {
  const word: Word = { parts: [], isQuoted: false };
  let at = start;
  while (at < text.length && !WORD_END.includes(text[at] ?? "")) {
    const character = text[at] ?? "";
    if (character === "'") {
      const end = closing(text, at, "'");
      addText(word, text.slice(at + 1, end));
      word.isQuoted = true;
      at = end + 1;
    } else if (character === '"') {
      at = readQuoted(text, at, word);
    } else if (character === "\\") {
      addText(word, text.slice(at + 1, at + 2));
      at += 2;
    } else if (character === "$") {
      const { part, next } = readDollar(text, at, false);
      word.parts.push(part);
      at = next;
    } else if (character === "`") {
      throw new ShellSyntaxError("command substitution is not known");
    } else {
      addText(word, character);
      at += 1;
    }
  }
  if (at < text.length && "()<".includes(text[at] ?? ""))
    throw new ShellSyntaxError(`"${text[at]}" is not known`);
  return { word, next: at };
}

function readQuoted(text: string, start: number, word: Word): number {
  word.isQuoted = true;
  let at = start + 1;
  while (text[at] !== '"') {
    if (at >= text.length) throw new ShellSyntaxError("a quotation does not end");
    if (text[at] === "\\" && '$`"\\'.includes(text[at + 1] ?? " ")) {
      addText(word, text[at + 1] ?? "");
      at += 2;
    } else if (text[at] === "$") {
      const { part, next } = readDollar(text, at, true);
      word.parts.push(part);
      at = next;
    } else {
      addText(word, text[at] ?? "");
      at += 1;
    }
  }
  return at + 1;
}

function readDollar(text: string, at: number, isQuoted: boolean): { part: Part; next: number } {
  if (text.startsWith("$((", at)) {
    const end = text.indexOf("))", at);
    if (end === -1) throw new ShellSyntaxError("an arithmetic expression does not end");
    return { part: { kind: "arithmetic", expression: text.slice(at + 3, end) }, next: end + 2 };
  }
  if (text.startsWith("$(", at)) throw new ShellSyntaxError("command substitution is not known");
  const match = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*|[?$]))/.exec(text.slice(at, at + 100));
  const name = match?.[1] ?? match?.[2];
  if (!match || !name) return { part: { kind: "text", text: "$" }, next: at + 1 };
  return { part: { kind: "variable", name, isQuoted }, next: at + match[0].length };
}

function closing(text: string, at: number, quote: string): number {
  const end = text.indexOf(quote, at + 1);
  if (end === -1) throw new ShellSyntaxError("a quotation does not end");
  return end;
}

function addText(word: Word, text: string): void {
  const last = word.parts.at(-1);
  if (last?.kind === "text") last.text += text;
  else word.parts.push({ kind: "text", text });
}

/**
 * The words as a command gets them: values put in, those outside of quotes split at blanks.
 * @param valueOf the value of a variable, `""` when it has none
 */
export function expandWords(words: Word[], valueOf: (name: string) => string): string[] {
  return words.flatMap((word) => {
    const fields = [""];
    let hasField = word.isQuoted;
    const append = (text: string): void => {
      fields[fields.length - 1] += text;
      hasField = true;
    };
    for (const part of word.parts) {
      if (part.kind !== "variable" || part.isQuoted) {
        append(valueOfPart(part, valueOf));
        continue;
      }
      const pieces = valueOf(part.name).split(/[ \t\n]+/);
      for (const [index, piece] of pieces.entries()) {
        if (index > 0) fields.push("");
        if (piece !== "") append(piece);
      }
    }
    return fields.filter((field) => field !== "" || hasField).filter(keepQuoted(word));
  });
}

/** The word as the value of an assignment: nothing is split. */
export function expandWhole(word: Word, valueOf: (name: string) => string): string {
  return word.parts.map((part) => valueOfPart(part, valueOf)).join("");
}

function keepQuoted(word: Word): (field: string) => boolean {
  return (field) => field !== "" || word.isQuoted;
}

function valueOfPart(part: Part, valueOf: (name: string) => string): string {
  if (part.kind === "text") return part.text;
  if (part.kind === "variable") return valueOf(part.name);
  return String(calculate(part.expression, valueOf));
}

/** Whole numbers and variables with `+ - * / %`, from left to right after multiplication. */
function calculate(expression: string, valueOf: (name: string) => string): number {
  const tokens = expression.match(/\$?[A-Za-z_]\w*|\d+|[-+*/%]/g) ?? [];
  let at = 0;
  const operand = (): number => {
    const token = (tokens[at] ?? "").replace("$", "");
    at += 1;
    return /^\d/.test(token) ? Number(token) : Number(valueOf(token) || 0);
  };
  const product = (): number => {
    let value = operand();
    while ("*/%".includes(tokens[at] ?? " ")) {
      const operator = tokens[at];
      at += 1;
      const next = operand();
      value =
        operator === "*"
          ? value * next
          : operator === "/"
            ? Math.trunc(value / next)
            : value % next;
    }
    return value;
  };
  let sum = product();
  while (at < tokens.length) {
    const operator = tokens[at];
    at += 1;
    if (operator === "+") sum += product();
    else if (operator === "-") sum -= product();
    else throw new ShellSyntaxError(`"${expression}" is no expression`);
  }
  return sum;
}
