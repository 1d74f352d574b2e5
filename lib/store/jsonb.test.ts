import { describe, expect, it } from "vitest";
import { jsonb } from "./jsonb.ts";

describe("JSON for PostgreSQL", () => {
  const cases: [string, unknown, unknown][] = [
    ["keeps what is fine", { a: [1, "ü😀", null, true] }, { a: [1, "ü😀", null, true] }],
    ["replaces NUL in texts", ["a\0b"], ["a\uFFFDb"]],
    ["replaces NUL in keys", { x: { "a\0": 1 } }, { x: { "a\uFFFD": 1 } }],
    ["replaces half a surrogate pair", "a\ud83d", "a\uFFFD"],
    ["keeps a backslash before u0000", String.raw`a\u0000`, String.raw`a\u0000`],
    ["keeps dates as ISO 8601", new Date(0), "1970-01-01T00:00:00.000Z"],
  ];
  it.each(cases)("%s", (_title, value, expected) => {
    expect(JSON.parse(jsonb(value))).toEqual(expected);
  });
});
