import { describe, expect, test } from "vitest";
import type { InputView } from "#lib/core/flow-view.ts";
import { checkInput, checkInputs, extensionFault, messageAtField } from "./check-input.ts";
import { inputView } from "./input-view.sample.ts";

type Row = [
  type: Partial<InputView>,
  value: string | string[] | boolean | null,
  fault: string | null,
];

const rows: Row[] = [
  [{}, "anything", null],
  [{}, "", "missing required input, but received `null`"],
  [{}, null, "missing required input, but received `null`"],
  [{ isRequired: false }, "", null],
  [{ defaultText: "a" }, "", null],
  [{ validator: "[a-z]+" }, "abc", null],
  [{ validator: "[a-z]+" }, "abc1", "it must match the pattern `[a-z]+`, but received `abc1`"],
  [{ validator: "(?<!" }, "abc", null],
  [{ type: "INT" }, "12", null],
  [{ type: "INT" }, "1.5", "Expected `INT`, but received `1.5`"],
  [{ type: "INT", min: "10" }, "9", "it must be more than `10`, but received `9`"],
  [{ type: "INT", min: "10" }, "10", null],
  [{ type: "INT", max: "20" }, "21", "it must be less than `20`, but received `21`"],
  [{ type: "FLOAT", max: "1" }, "0.85", null],
  [{ type: "FLOAT" }, "x", "Expected `FLOAT`, but received `x`"],
  [{ type: "DURATION" }, "PT1H30M", null],
  [{ type: "DURATION" }, "1h", "Expected `DURATION`, but received `1h`"],
  [{ type: "DURATION", min: "PT1H" }, "PT59M", "It must be more than `PT1H`, but received `PT59M`"],
  [
    { type: "DATE", after: "2026-01-01" },
    "2025-12-31",
    "it must be after `2026-01-01`, but received `2025-12-31`",
  ],
  [{ type: "DATE" }, "2026-13-01", "Expected `DATE`, but received `2026-13-01`"],
  [{ type: "TIME", before: "12:00" }, "12:30", "it must be before `12:00`, but received `12:30`"],
  [{ type: "TIME" }, "23:59:59", null],
  [{ type: "DATETIME" }, "2026-11-24T10:00:00Z", null],
  [{ type: "DATETIME" }, "soon", "Expected `DATETIME`, but received `soon`"],
  [{ type: "URI" }, "https://example.org/a", null],
  [{ type: "URI" }, "example", "Expected `URI`, but received `example`"],
  [{ type: "EMAIL" }, "a@b.c", null],
  [{ type: "EMAIL" }, "a@", "Expected `EMAIL`, but received `a@`"],
  [{ type: "JSON" }, '{"a": 1}', null],
  [{ type: "JSON" }, "{a}", "Expected `JSON`, but received `{a}`"],
  [{ type: "SELECT", values: ["a", "b"] }, "b", null],
  [
    { type: "SELECT", values: ["a", "b"] },
    "c",
    'it must match the values `["a","b"]`, but received `c`',
  ],
  [{ type: "SELECT", values: ["a"], allowCustomValue: true }, "c", null],
  [{ type: "MULTISELECT", values: ["a", "b"] }, ["a", "b"], null],
  [
    { type: "MULTISELECT", values: ["a"] },
    ["x"],
    'it must match the values `["a"]`, but received `["x"]`',
  ],
  [{ type: "ARRAY", itemType: "INT" }, ["1", "2"], null],
  [
    { type: "ARRAY", itemType: "INT" },
    ["s1"],
    'Unable to parse array element as `INT` on `s1`, but received `["s1"]`',
  ],
  [{ type: "ARRAY", itemType: "INT" }, [], "missing required input, but received `null`"],
  [{ type: "BOOLEAN" }, false, null],
  [{ type: "BOOLEAN" }, null, "missing required input, but received `null`"],
  [{ type: "SECRET", validator: "a+" }, "b", "it must match the pattern `a+`, but received `****`"],
];

describe("an input", () => {
  test.each(rows)("%j with %j is refused with %j", (given, value, fault) => {
    const message = checkInput(inputView(given), value);
    expect(message).toBe(fault === null ? null : `Invalid input for \`x\`, ${fault}`);
  });

  test("takes only files of its extensions, in whatever case", () => {
    const input = inputView({ type: "FILE", allowedFileExtensions: [".csv"] });
    expect(extensionFault(input, "ORDERS.CSV")).toBeNull();
    expect(extensionFault(input, "orders.txt")).toContain("it must be a file of `.csv`");
  });
});

test("a form is checked whole, each message by its input", () => {
  const inputs = [
    inputView({ id: "a" }),
    inputView({ id: "b", type: "INT" }),
    inputView({ id: "c" }),
  ];
  expect(Object.keys(checkInputs(inputs, { a: "", b: "x", c: "ok" }))).toEqual(["a", "b"]);
});

test.each([
  [
    "Invalid input for `x`, it must be less than `1`, but received `12`",
    "It must be less than `1`, but received `12`.",
  ],
  ["Invalid input for `x`, missing required input, but received `null`", "It is required."],
  ["The file was not found.", "The file was not found."],
])("%s reads %s under its field", (message, expected) => {
  expect(messageAtField(message)).toBe(expected);
});
