import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallError } from "../call-error.ts";
import { DEFAULT_BUDGET, Meter } from "../meter.ts";
import { compileRegex } from "./compile.ts";
import { findMatches } from "./match.ts";

function matches(pattern: string, text: string): (string | null)[][] {
  const found = findMatches(compileRegex(pattern), text, new Meter(DEFAULT_BUDGET));
  return [...found].map((match) => match.groups);
}

describe("a pattern finds what JavaScript's own engine finds", () => {
  it.each([
    ["a+", "caaandaay"],
    ["(a|ab)(c|bcd)(d*)", "abcd"],
    ["a*?b", "aaab"],
    ["(\\d{2,3})-(\\w+)", "12-ab 1234-x"],
    ["[^a-c]+", "abxyzc"],
    ["^\\s*|\\s*$", "  x  "],
    ["\\bfoo\\b", "foo food foo"],
    ["(?:x|y)+z?", "xyxz y"],
    ["", "ab"],
    ["a{0}b", "ab"],
    ["(a*)*", "aab"],
    ["(a|b)*c|(a|ab)*c", "abc"],
    ["[\\]\\-x]", "-x]"],
    ["\\.", "a.b"],
    ["(a)|(b)", "ab"],
    ["[é-ü]", "aéü"],
    ["😀+", "x😀😀"],
  ])("%s on %s", (pattern, text) => {
    const expected = [...text.matchAll(new RegExp(pattern, "gu"))].map((match) =>
      Array.from(match, (group: string | undefined) => group ?? null),
    );
    expect(matches(pattern, text)).toEqual(expected);
  });

  it("for random patterns and texts", () => {
    const atom = fc.constantFrom("a", "b", "[ab]", "[^a]", ".", "\\w", "(a)", "(?:ab)", "a|b");
    const piece = fc
      .tuple(atom, fc.constantFrom("", "", "*", "+", "?", "+?", "{1,2}"))
      .map(([one, times]) => (one.includes("|") ? `(?:${one})${times}` : one + times));
    const pattern = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(
        pattern,
        fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 }),
        (one, text) => {
          const expected = [...text.matchAll(new RegExp(one, "g"))].map((match) => match[0]);
          expect(matches(one, text).map((groups) => groups[0])).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("a pattern of Java", () => {
  it.each([
    ["(?i)AB", "ab Ab", ["ab", "Ab"]],
    ["(?s)a.b", "a\nb", ["a\nb"]],
    ["a.b", "a\nb", []],
    ["(?m)^\\w+$", "ab\ncd", ["ab", "cd"]],
    ["\\Qa.b\\E", "a.b axb", ["a.b"]],
    ["\\p{Lu}+", "aÄB", ["ÄB"]],
    ["\\p{Punct}", "a!b", ["!"]],
    ["\\x41\\u0042", "AB", ["AB"]],
    ["(?<year>\\d{4})", "in 2024", ["2024"]],
    ["end$", "the end\n", ["end"]],
    ["\\h+", "a \tb", [" \t"]],
  ])("%s on %j", (pattern, text, expected) => {
    expect(matches(pattern, text).map((groups) => groups[0])).toEqual(expected);
  });

  it.each(["(?=a)", "(?<!a)b", "(a)\\1", "a++", "[a&&b]"])("%s is refused", (pattern) => {
    expect(() => compileRegex(pattern)).toThrow(/not supported/);
  });

  it.each(["(", ")", "[", "*", "a**", "\\", "a{3,1}", "[z-a]", "\\p{Nope}", "\\y", "\\u12"])(
    "%s is an error in a person's words",
    (pattern) => {
      expect(() => compileRegex(pattern)).toThrow(CallError);
    },
  );

  it.each(["(a+)+b", "(a|a)*b", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)x", "((a?){30}a{30})+b"])(
    "%s, which other engines never finish, ends within its budget",
    (pattern) => {
      const started = performance.now();
      const run = (): unknown => matches(pattern, "a".repeat(2000));
      const outcome = ((): unknown => {
        try {
          return run();
        } catch (error) {
          return error;
        }
      })();
      expect(outcome instanceof Array || outcome instanceof CallError).toBe(true);
      expect(performance.now() - started).toBeLessThan(10_000);
    },
  );

  it("a program that repetition would make huge is refused", () => {
    expect(() => compileRegex("((a{1000}){1000}){1000}")).toThrow(/repeats too much/);
  });
});
