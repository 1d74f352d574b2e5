import { expect, test } from "vitest";
import { rangeOf } from "./range.ts";

const cases: [string | null, number, ReturnType<typeof rangeOf>][] = [
  [null, 10, null],
  ["bytes=0-3", 10, { first: 0, last: 3 }],
  ["bytes=4-", 10, { first: 4, last: 9 }],
  ["bytes=-3", 10, { first: 7, last: 9 }],
  ["bytes=-30", 10, { first: 0, last: 9 }],
  ["bytes=8-20", 10, { first: 8, last: 9 }],
  ["bytes=10-", 10, "unsatisfiable"],
  ["bytes=-0", 10, "unsatisfiable"],
  ["bytes=0-", 0, "unsatisfiable"],
  ["bytes=5-3", 10, null],
  ["bytes=-", 10, null],
  ["bytes=0-1,3-4", 10, null],
  ["lines=0-1", 10, null],
];
test.each(cases)("%s of %d bytes", (header, size, expected) => {
  expect(rangeOf(header, size)).toEqual(expected);
});
