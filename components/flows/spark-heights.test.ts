import { expect, test } from "vitest";
import { sparkHeights } from "./spark-heights.ts";

const at = (ms: number) => new Date(1_700_000_000_000 + ms).toISOString();
const took = (ms: number | null) => ({
  createdAt: at(0),
  startedAt: at(0),
  endedAt: ms === null ? null : at(ms),
});

test.each([
  ["nothing", [], []],
  ["executions that took no time", [took(0), took(0)], [4, 4]],
  [
    "the longest, a quarter of it and one that runs",
    [took(4000), took(1000), took(null)],
    [20, 12, 12],
  ],
  ["only one that runs", [took(null)], [12]],
])("bars show %s", (_, spans, expected) => {
  expect(sparkHeights(spans)).toEqual(expected);
});

test("an execution that never started is measured from its creation", () => {
  const span = { createdAt: at(0), startedAt: null, endedAt: at(500) };
  expect(sparkHeights([span, took(500)])).toEqual([20, 20]);
});
