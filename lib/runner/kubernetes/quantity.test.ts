import { expect, test } from "vitest";
import { amountOf } from "./quantity.ts";

test.each<[string | number, number | null]>([
  ["500m", 0.5],
  ["1", 1],
  [2, 2],
  ["0.5", 0.5],
  [".5", 0.5],
  ["1Ki", 1024],
  ["128Mi", 128 * 2 ** 20],
  ["1G", 1e9],
  ["1k", 1000],
  ["1e3", 1000],
  ["1E", 1e18],
  ["1E2", 100],
  ["-1", -1],
  ["much", null],
  ["1 Gi", null],
  ["1ki", null],
  ["1K", null],
  ["", null],
])("the quantity %j is %j", (quantity, amount) => {
  const found = amountOf(quantity);
  expect(found === null ? null : Number(found.toPrecision(12))).toBe(amount);
});
