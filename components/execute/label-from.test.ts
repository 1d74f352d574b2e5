import { expect, test } from "vitest";
import { labelFrom } from "./label-from.ts";

test.each([
  ["team:data", { key: "team", value: "data" }],
  [" team : a:b ", { key: "team", value: "a:b" }],
  ["team", "Write a label as key:value."],
  [":data", "Write a label as key:value."],
  ["team:", "Write a label as key:value."],
  ["system.x:y", "Labels that begin with system. are set by Podflow only."],
])("the label %j is read as %j", (text, expected) => {
  expect(labelFrom(text)).toEqual(expected);
});
