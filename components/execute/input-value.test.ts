import { expect, test } from "vitest";
import type { InputView } from "#lib/core/flow-view.ts";
import { initialValues, type InputValue, valuesFromLast, valuesToSend } from "./input-value.ts";
import { inputView } from "./input-view.sample.ts";

test.each<[Partial<InputView>, InputValue]>([
  [{}, ""],
  [{ defaultText: "a" }, "a"],
  [{ defaultText: "{{ now() }}" }, ""],
  [{ type: "BOOLEAN" }, null],
  [{ type: "BOOL", defaultText: "true" }, true],
  [{ type: "ARRAY" }, []],
  [{ type: "ARRAY", defaultText: '["a", 1, {"b": 2}]' }, ["a", "1", '{\n  "b": 2\n}']],
  [{ type: "MULTISELECT", defaultText: "a" }, ["a"]],
  [{ type: "FILE" }, null],
])("the control of %j opens with %j", (given, expected) => {
  expect(initialValues([inputView(given)])["x"]).toEqual(expected);
});

test("what an earlier execution had is filled in, but for secrets and what it did not have", () => {
  const inputs = [
    inputView({ id: "nested.more", type: "INT" }),
    inputView({ id: "json", type: "JSON" }),
    inputView({ id: "list", type: "ARRAY" }),
    inputView({ id: "on", type: "BOOL" }),
    inputView({ id: "emptied", defaultText: "a" }),
    inputView({ id: "password", type: "SECRET" }),
    inputView({ id: "added" }),
  ];
  const last = {
    nested: { more: 3 },
    json: { a: 1 },
    list: [1, "b"],
    on: false,
    emptied: null,
    password: "***",
  };
  expect(valuesFromLast(inputs, last)).toEqual({
    "nested.more": "3",
    json: '{\n  "a": 1\n}',
    list: ["1", "b"],
    on: false,
    emptied: "",
  });
});

test.each<[string, Partial<InputView>, InputValue, Record<string, InputValue>]>([
  ["a value is sent", {}, "a", { x: "a" }],
  ["false is a value", { type: "BOOL" }, false, { x: false }],
  ["nothing is left out", { isRequired: false }, "", {}],
  [
    "a default that was emptied is taken back",
    { isRequired: false, defaultText: "a" },
    "",
    { x: null },
  ],
  ["a required one's default stands", { defaultText: "a" }, "", {}],
  [
    "a computed default is left to the server",
    { isRequired: false, defaultText: "{{ now() }}" },
    "",
    {},
  ],
])("%s", (_, given, value, expected) => {
  expect(valuesToSend([inputView(given)], { x: value })).toEqual(expected);
});
