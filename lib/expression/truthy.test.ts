import { expect, it } from "vitest";
import { nearestName } from "./nearest-name.ts";
import { isTruthy } from "./truthy.ts";

it.each(["", "false", "0", "-0", "null", " false\n"])("%j does not hold", (text) => {
  expect(isTruthy(text)).toBe(false);
});

it.each(["true", "1", "no", "False", "[]", "undefined", "0.0"])("%j holds", (text) => {
  expect(isTruthy(text)).toBe(true);
});

it.each([
  ["fiel", ["file", "folder"], "file"],
  ["INPUTS", ["inputs", "outputs"], "inputs"],
  ["outptus", ["inputs", "outputs"], "outputs"],
  ["x", ["inputs"], null],
  ["x".repeat(100), ["x".repeat(99)], null],
])("the nearest name to %.10s", (name, known, expected) => {
  expect(nearestName(name, known)).toBe(expected);
});
