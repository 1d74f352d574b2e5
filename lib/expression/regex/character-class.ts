import { CallError } from "../call-error.ts";

export type CharacterTest = (codePoint: number) => boolean;

export const between = (from: number, to: number): CharacterTest => {
  return (codePoint) => codePoint >= from && codePoint <= to;
};

const isDigit = between(48, 57);
const isUpper = between(65, 90);
const isLower = between(97, 122);
export const isWord: CharacterTest = (codePoint) =>
  isDigit(codePoint) || isUpper(codePoint) || isLower(codePoint) || codePoint === 95;
/** As in Java: space, tab, line feed, vertical tab, form feed, carriage return. */
const isSpace: CharacterTest = (codePoint) => codePoint === 32 || (codePoint > 8 && codePoint < 14);

const CLASSES: Record<string, CharacterTest> = {
  d: isDigit,
  w: isWord,
  s: isSpace,
  h: (codePoint) => codePoint === 32 || codePoint === 9 || codePoint === 160,
};

/** The names of Java that Unicode properties of JavaScript have no name for. */
const JAVA_NAMES: Record<string, string> = {
  Alpha: "A-Za-z",
  Digit: "0-9",
  Alnum: "A-Za-z0-9",
  Upper: "A-Z",
  Lower: "a-z",
  Punct: "!-\\/:-@\\[-`\\{-~",
  Space: " \\t-\\r",
  Blank: " \\t",
  XDigit: "0-9a-fA-F",
  ASCII: "\\0-\\x7f",
  IsAlphabetic: "\\p{Alphabetic}",
  IsLetter: "\\p{L}",
  IsDigit: "\\p{Nd}",
};

/** `\d`, `\W` and the like; null when the letter is none of them. */
export function classOfLetter(letter: string): CharacterTest | null {
  const test = CLASSES[letter.toLowerCase()];
  if (test === undefined) return null;
  return letter === letter.toLowerCase() ? test : not(test);
}

export function not(test: CharacterTest): CharacterTest {
  return (codePoint) => !test(codePoint);
}

/** The class `\p{name}`. @throws CallError when there is none */
export function propertyClass(name: string): CharacterTest {
  const ranges = Object.hasOwn(JAVA_NAMES, name) ? JAVA_NAMES[name] : `\\p{${name}}`;
  try {
    const pattern = new RegExp(`^[${ranges ?? ""}]$`, "u");
    return (codePoint) => pattern.test(String.fromCodePoint(codePoint));
  } catch (error) {
    throw new CallError(`The pattern has an unknown class \`\\p{${name}}\``, { cause: error });
  }
}

/** Also accepts the other case of what it accepts. */
export function ignoringCase(test: CharacterTest): CharacterTest {
  return (codePoint) => {
    if (test(codePoint)) return true;
    const character = String.fromCodePoint(codePoint);
    return [character.toLowerCase(), character.toUpperCase()].some((other) =>
      test(other.codePointAt(0) ?? codePoint),
    );
  };
}
