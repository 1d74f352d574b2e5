import { expect, test } from "vitest";
import { firstLine } from "./first-line.ts";

test.each([
  ["", ""],
  ["Says hello", "Says hello"],
  ["\n  **A form.**\n\nMore", "A form."],
  ["# Title\ntext", "Title"],
  ["Uses `kubectl` and [docs](https://a.b)", "Uses kubectl and docs"],
  ["2 * 3 * 4", "2 * 3 * 4"],
])("the list shows %j as %j", (markdown, expected) => {
  expect(firstLine(markdown)).toBe(expected);
});
