import { describe, expect, test } from "vitest";
import { hitRanges, isBroken, patternFrom } from "./hit-ranges.ts";

const term = (text: string, isRegex = false, isCaseSensitive = false) => ({
  text,
  isRegex,
  isCaseSensitive,
});

describe("marking what was searched", () => {
  test.each([
    [
      "every hit of a line",
      term("row"),
      "rows: 3 Row",
      [
        [0, 3],
        [8, 11],
      ],
    ],
    ["only the same case when asked to", term("Row", false, true), "rows Row", [[5, 8]]],
    ["signs as they are", term("a.b"), "axb a.b", [[4, 7]]],
    [
      "patterns",
      term(String.raw`\d+`, true),
      "a 12 b 3",
      [
        [2, 4],
        [7, 8],
      ],
    ],
    ["nothing for hits without a letter", term("x*", true), "aaa", []],
    ["nothing for nothing", term(""), "aaa", []],
  ])("%s", (_, searched, text, expected) => {
    expect(hitRanges(text, patternFrom(searched))).toEqual(expected);
  });

  test("a pattern that is still being written is broken, not an error", () => {
    expect(isBroken(term("(", true))).toBe(true);
    expect(isBroken(term("(", false))).toBe(false);
    expect(isBroken(term("", true))).toBe(false);
  });
});
