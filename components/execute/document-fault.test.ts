import { expect, test } from "vitest";
import { documentFault } from "./document-fault.ts";

test.each([
  ["JSON", '{"a": [1, 2]}', /^right$/],
  ["JSON", "", /^right$/],
  ["JSON", "{a: 1}", /^Not JSON: .*position 1/],
  ["YAML", "a: [1, 2]\nb: |\n  text", /^right$/],
  ["YAML", "  ", /^right$/],
  ["YAML", "a: [1", /^Not YAML: .* at line 1, column \d+\.$/],
] as const)("%s %j is told what is wrong with it: %s", async (type, text, expected) => {
  expect((await documentFault(type, text)) ?? "right").toMatch(expected);
});
