import { describe, expect, test } from "vitest";
import { firstFrom, hitText, stepToHit } from "./search-steps.ts";

const hits = [3, 10, 40];

describe("stepping through what was found", () => {
  test.each([
    [
      "the first step goes to the first hit that can be seen",
      { position: 5, isAtHit: false },
      1,
      10,
    ],
    ["even if it is the first line on the screen", { position: 10, isAtHit: false }, 1, 10],
    ["the next step leaves the hit", { position: 10, isAtHit: true }, 1, 40],
    ["the step after the last is the first", { position: 40, isAtHit: true }, 1, 3],
    ["the step before the first is the last", { position: 3, isAtHit: true }, -1, 40],
    ["back goes to the hit above", { position: 39, isAtHit: false }, -1, 10],
    ["below the last hit it goes around", { position: 99, isAtHit: false }, 1, 3],
  ] as const)("%s", (_, from, step, expected) => {
    expect(stepToHit(hits, from, step)).toBe(expected);
  });

  test("leads nowhere when nothing was found", () => {
    expect(stepToHit([], { position: 0, isAtHit: false }, 1)).toBeNull();
  });

  test("says where one is", () => {
    expect(hitText({ positions: hits, isTruncated: false }, 10)).toBe("2 of 3");
    expect(hitText({ positions: hits, isTruncated: true }, 10)).toBe("2 of 3+");
    expect(hitText({ positions: hits, isTruncated: false }, null)).toBe("3 lines");
    expect(hitText({ positions: [7], isTruncated: false }, null)).toBe("1 line");
    expect(hitText({ positions: [], isTruncated: false }, null)).toBe("nothing found");
  });

  test("finds its place among many", () => {
    expect([0, 3, 4, 41].map((position) => firstFrom(hits, position))).toEqual([0, 0, 1, 3]);
  });
});
