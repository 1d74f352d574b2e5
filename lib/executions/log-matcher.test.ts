import { describe, expect, it } from "vitest";
import { matcherOf } from "./log-matcher.ts";

const texts = ["Hello World", "hello again", "nothing", "1.5 seconds"];
const plain = { isRegex: false, isCaseSensitive: false };

describe("searching a log", () => {
  const cases: [string, Parameters<typeof matcherOf>[0], number[]][] = [
    ["finds text in any case", { ...plain, text: "HELLO" }, [0, 1]],
    ["finds text in its case", { ...plain, text: "Hello", isCaseSensitive: true }, [0]],
    ["takes a dot as a dot", { ...plain, text: "1.5" }, [3]],
    [
      "finds a regular expression",
      { text: "^hel+o\\b", isRegex: true, isCaseSensitive: false },
      [0, 1],
    ],
  ];
  it.each(cases)("%s", (_title, search, expected) => {
    const matcher = matcherOf(search);
    expect(matcher.matches(texts)).toEqual(expected);
    expect(matcher.mayMatch(Buffer.from(texts.join("\n")))).toBe(true);
  });

  it.each([false, true])("finds a word that is coloured in part (regex: %s)", (isRegex) => {
    const coloured = "is \u001b[32mgreen\u001b[0m";
    const matcher = matcherOf({ text: "is green", isRegex, isCaseSensitive: true });
    expect(matcher.mayMatch(Buffer.from(coloured))).toBe(true);
    expect(matcher.matches([coloured, "is 32mgreen"])).toEqual([0]);
  });

  it("passes over what has no match at all", () => {
    expect(matcherOf({ ...plain, text: "absent" }).mayMatch(Buffer.from("present"))).toBe(false);
  });

  it("refuses what is no regular expression", () => {
    expect(() => matcherOf({ text: "(", isRegex: true, isCaseSensitive: true })).toThrow(
      "Correct it",
    );
  });

  it("ends a regular expression that would never end", () => {
    const matcher = matcherOf({ text: "^(a+)+$", isRegex: true, isCaseSensitive: true });
    expect(() => matcher.matches([`${"a".repeat(60)}!`])).toThrow("takes too long");
  });

  it("ends a regular expression that takes long on every part of a log", () => {
    const matcher = matcherOf({ text: "^(a+)+$", isRegex: true, isCaseSensitive: true });
    const began = performance.now();
    const searchAll = (): void => {
      for (let chunk = 0; chunk < 1000; chunk += 1) matcher.matches([`${"a".repeat(24)}!`]);
    };
    expect(searchAll).toThrow("takes too long");
    expect(performance.now() - began).toBeLessThan(15_000);
  });
});
