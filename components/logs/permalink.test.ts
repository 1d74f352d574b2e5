import { describe, expect, test } from "vitest";
import { hashFromRange, rangeAfterClick, rangeFromHash } from "./permalink.ts";

describe("a link to lines", () => {
  test.each([
    ["#L5", { first: 5, last: 5 }],
    ["#L5-9", { first: 5, last: 9 }],
    ["#L5-L9", { first: 5, last: 9 }],
    ["#L9-5", { first: 5, last: 9 }],
    ["#L0", null],
    ["#L5-", null],
    ["#line5", null],
    ["", null],
  ])("%s opens at %o", (hash, range) => {
    expect(rangeFromHash(hash)).toEqual(range);
  });

  test("is written as it is read", () => {
    expect(hashFromRange({ first: 5, last: 5 })).toBe("#L5");
    expect(hashFromRange({ first: 5, last: 9 })).toBe("#L5-9");
    expect(hashFromRange(null)).toBe("");
  });
});

describe("choosing lines", () => {
  const nothing = { range: null, anchor: null };
  const five = rangeAfterClick(nothing, 5, false);

  test("a click chooses a line, a second one lets it go", () => {
    expect(five.range).toEqual({ first: 5, last: 5 });
    expect(rangeAfterClick(five, 5, false)).toEqual(nothing);
  });

  test("a click with shift reaches from where the choice began, either way", () => {
    const down = rangeAfterClick(five, 9, true);
    expect(down.range).toEqual({ first: 5, last: 9 });
    expect(rangeAfterClick(down, 2, true).range).toEqual({ first: 2, last: 5 });
  });

  test("a click with shift and nothing chosen chooses that line", () => {
    expect(rangeAfterClick(nothing, 7, true).range).toEqual({ first: 7, last: 7 });
  });
});
