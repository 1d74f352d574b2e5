import { expect, test } from "vitest";
import { writtenGraceSeconds } from "./grace.ts";

test.each<[unknown, number | null]>([
  [45, 45],
  [0, 0],
  [-1, null],
  [1.5, null],
  ["45", null],
  [undefined, null],
])("a terminationGracePeriodSeconds of %j asks for %j", (written, seconds) => {
  const podSpec = { terminationGracePeriodSeconds: written };
  expect(writtenGraceSeconds({ podSpec })).toBe(seconds);
});

test("without a podSpec none is asked for", () => {
  expect(writtenGraceSeconds({ podSpec: null })).toBeNull();
});
