import { describe, expect, test } from "vitest";
import { catalogue } from "#lib/tasks/catalogue.ts";
import type { Flow } from "./flow.ts";
import { readInputs } from "./input-values.ts";
import { inputViews } from "./input-view.ts";
import { parseFlow } from "./parse.ts";

const now = (): Date => new Date("2026-01-31T12:00:00Z");

function flowWith(inputs: string): Flow {
  const list = inputs
    .trim()
    .split("\n")
    .map((line) => `  - ${line}`)
    .join("\n");
  const { flow, problems } = parseFlow(
    `id: a\nnamespace: b\nvariables: {x: y}\ninputs:\n${list}\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.debug.Return\n`,
    catalogue,
  );
  if (flow === null) throw new Error(JSON.stringify(problems));
  return flow;
}

async function read(inputs: string, given: Record<string, unknown>) {
  const { values, errors } = await readInputs(flowWith(inputs), given, { now });
  return { values, errors };
}

describe("a value of type", () => {
  test.each<[string, unknown, unknown]>([
    ["STRING", "a", "a"],
    ["STRING", "", ""],
    ["STRING", 1.5, "1.5"],
    ["INT", "42", 42],
    ["INT", " -7 ", -7],
    ["INT", 3, 3],
    ["FLOAT", "4.2e1", 42],
    ["FLOAT", ".5", 0.5],
    ["BOOL", "true", true],
    ["BOOLEAN", "FALSE", false],
    ["BOOL", false, false],
    ["DATETIME", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"],
    ["DATETIME", "2026-01-31T13:00:00.5+01:00", "2026-01-31T12:00:00.500Z"],
    ["DATETIME", "2026-01-31T12:00", "2026-01-31T12:00:00Z"],
    ["DATE", "2024-02-29", "2024-02-29"],
    ["TIME", "12:30", "12:30:00"],
    ["TIME", "23:59:59.5", "23:59:59.5"],
    ["DURATION", "pt1h30m", "PT1H30M"],
    ["FILE", "kestra:///a/b/c.csv", "kestra:///a/b/c.csv"],
    ["JSON", '{"a": [1, null]}', { a: [1, null] }],
    ["JSON", { a: 1 }, { a: 1 }],
    ["YAML", "a: [1, yes]", { a: [1, "yes"] }],
    ["URI", "https://example.org/a?b=c", "https://example.org/a?b=c"],
    ["URI", "s3://bucket/key", "s3://bucket/key"],
    ["EMAIL", "ada@example.org", "ada@example.org"],
    ["SECRET", "s", "s"],
  ])("%s takes %j and gives %j", async (type, given, value) => {
    expect(await read(`{id: x, type: ${type}}`, { x: given })).toEqual({
      values: { x: value },
      errors: {},
    });
  });

  test.each<[string, unknown, string]>([
    ["INT", "1.5", "Invalid input for `x`, Expected `INT` but received `1.5`, but received `1.5`"],
    ["INT", "abc", "Invalid input for `x`, Expected `INT` but received `abc`, but received `abc`"],
    [
      "INT",
      "99999999999999999",
      "Invalid input for `x`, Expected `INT` but received `99999999999999999`, but received `99999999999999999`",
    ],
    [
      "FLOAT",
      "NaN",
      "Invalid input for `x`, Expected `FLOAT` but received `NaN`, but received `NaN`",
    ],
    [
      "BOOL",
      "yes",
      "Invalid input for `x`, Expected `BOOL` but received `yes`, but received `yes`",
    ],
    [
      "DATETIME",
      "2026-02-30T12:00:00Z",
      "Invalid input for `x`, Expected `DATETIME` but received `2026-02-30T12:00:00Z`, but received `2026-02-30T12:00:00Z`",
    ],
    [
      "DATE",
      "2026-02-30",
      "Invalid input for `x`, Expected `DATE` but received `2026-02-30`, but received `2026-02-30`",
    ],
    [
      "TIME",
      "24:00",
      "Invalid input for `x`, Expected `TIME` but received `24:00`, but received `24:00`",
    ],
    [
      "DURATION",
      "1h",
      "Invalid input for `x`, Expected `DURATION` but received `1h`, but received `1h`",
    ],
    [
      "FILE",
      "/etc/passwd",
      "Invalid input for `x`, Expected `FILE` but received `/etc/passwd`, but received `/etc/passwd`",
    ],
    ["JSON", "{", "Invalid input for `x`, Expected `JSON` but received `{`, but received `{`"],
    [
      "YAML",
      "a: b: c",
      "Invalid input for `x`, Expected `YAML` but received `a: b: c`, but received `a: b: c`",
    ],
    [
      "URI",
      "http:/bla",
      "Invalid input for `x`, Expected `URI` but received `http:/bla`, but received `http:/bla`",
    ],
    [
      "EMAIL",
      "ada",
      "Invalid input for `x`, Expected `EMAIL` but received `ada`, but received `ada`",
    ],
    ["INT", null, "Invalid input for `x`, missing required input, but received `null`"],
    ["INT", "", "Invalid input for `x`, missing required input, but received `null`"],
    ["STRING", undefined, "Invalid input for `x`, missing required input, but received `null`"],
  ])("%s refuses %j", async (type, given, message) => {
    expect((await read(`{id: x, type: ${type}}`, { x: given })).errors).toEqual({ x: message });
  });
});

describe("a rule of an input", () => {
  test.each<[string, unknown, string | null]>([
    ["{id: x, type: STRING, validator: 'A\\d+'}", "A12", null],
    [
      "{id: x, type: STRING, validator: 'A\\d+'}",
      "A12b",
      "Invalid input for `x`, it must match the pattern `A\\d+`, but received `A12b`",
    ],
    ["{id: x, type: STRING, validator: '(?i)a+'}", "AA", null],
    [
      "{id: x, type: STRING, validator: '(a+)+'}",
      `${"a".repeat(50)}!`,
      `Invalid input for \`x\`, the pattern \`(a+)+\` takes too long on it: make the validator simpler, but received \`${"a".repeat(50)}!\``,
    ],
    [
      "{id: x, type: SECRET, validator: 'A\\d+'}",
      "hunter2",
      "Invalid input for `x`, it must match the pattern `A\\d+`, but received `********`",
    ],
    [
      "{id: x, type: INT, min: 10}",
      "9",
      "Invalid input for `x`, it must be more than `10`, but received `9`",
    ],
    ["{id: x, type: INT, min: 10}", "10", null],
    [
      "{id: x, type: INT, max: 20}",
      "21",
      "Invalid input for `x`, it must be less than `20`, but received `21`",
    ],
    [
      "{id: x, type: FLOAT, max: 0.5}",
      "0.6",
      "Invalid input for `x`, it must be less than `0.5`, but received `0.6`",
    ],
    [
      "{id: x, type: DURATION, min: PT10S}",
      "PT9S",
      "Invalid input for `x`, It must be more than `PT10S`, but received `PT9S`",
    ],
    [
      "{id: x, type: DURATION, max: PT1M}",
      "PT61S",
      "Invalid input for `x`, It must be less than `PT1M`, but received `PT61S`",
    ],
    [
      "{id: x, type: DATE, after: '2026-01-01'}",
      "2025-12-31",
      "Invalid input for `x`, it must be after `2026-01-01`, but received `2025-12-31`",
    ],
    [
      "{id: x, type: DATE, before: '2026-01-01'}",
      "2026-01-02",
      "Invalid input for `x`, it must be before `2026-01-01`, but received `2026-01-02`",
    ],
    [
      "{id: x, type: DATETIME, after: '2026-01-01T00:00:00Z'}",
      "2026-01-01T00:30:00+01:00",
      "Invalid input for `x`, it must be after `2026-01-01T00:00:00Z`, but received `2026-01-01T00:30:00+01:00`",
    ],
    [
      "{id: x, type: TIME, before: '12:00:00'}",
      "12:01",
      "Invalid input for `x`, it must be before `12:00:00`, but received `12:01`",
    ],
    [
      "{id: x, type: SELECT, values: [a, b]}",
      "c",
      "Invalid input for `x`, it must match the values `[a, b]`, but received `c`",
    ],
    ["{id: x, type: SELECT, values: [a, b], allowCustomValue: true}", "c", null],
    [
      "{id: x, type: MULTISELECT, values: [a, b]}",
      '["a", "c"]',
      'Invalid input for `x`, it must match the values `[a, b]`, but received `["a", "c"]`',
    ],
    [
      "{id: x, type: ARRAY, itemType: INT}",
      '["s1", "s2"]',
      'Invalid input for `x`, Unable to parse array element as `INT` on `s1`, but received `["s1", "s2"]`',
    ],
    [
      "{id: x, type: ARRAY, itemType: INT}",
      "1, 2",
      "Invalid input for `x`, Expected `ARRAY` but received `1, 2`, but received `1, 2`",
    ],
    [
      "{id: x, type: FILE, allowedFileExtensions: [.csv]}",
      "kestra:///a.txt",
      "Invalid input for `x`, its file must end in one of `[.csv]`, but received `kestra:///a.txt`",
    ],
  ])("%s on %j", async (input, given, message) => {
    expect((await read(input, { x: given })).errors).toEqual(
      message === null ? {} : { x: message },
    );
  });
});

describe("inputs together", () => {
  test("dots nest, lists are typed, and what is optional and absent is null", async () => {
    const inputs = `
{id: nested.more.int, type: INT}
{id: nested.name, type: STRING}
{id: list, type: ARRAY, itemType: INT}
{id: some, type: MULTISELECT, values: [a, b, c]}
{id: opt, type: JSON, required: false}`;
    const given = { "nested.more.int": "1", "nested.name": "n", list: "[1, 2]", some: ["a", "c"] };
    expect(await read(inputs, given)).toEqual({
      values: {
        nested: { more: { int: 1 }, name: "n" },
        list: [1, 2],
        some: ["a", "c"],
        opt: null,
      },
      errors: {},
    });
  });

  test("defaults are typed, computed from earlier inputs, and give way to what is given", async () => {
    const inputs = `
{id: name, type: STRING, defaults: Ada}
{id: hello, type: STRING, defaults: "Hello {{ inputs.name }}, {{ vars.x }}"}
{id: on, type: BOOL, defaults: false}
{id: n, type: INT, defaults: "{{ 1 + 2 }}"}
{id: list, type: ARRAY, itemType: INT, defaults: [1, 2]}
{id: map, type: JSON, defaults: {a: 1}}
{id: first, type: SELECT, values: [a, b], autoSelectFirst: true}
{id: from, type: SELECT, expression: "{{ ['p', 'q'] }}", defaults: q}
{id: pre, type: STRING, prefill: p}`;
    expect((await read(inputs, { name: "Bob" })).values).toEqual({
      name: "Bob",
      hello: "Hello Bob, y",
      on: false,
      n: 3,
      list: [1, 2],
      map: { a: 1 },
      first: "a",
      from: "q",
      pre: "p",
    });
  });

  test("a default that cannot be computed is said", async () => {
    const { errors } = await read(
      '{id: x, type: STRING, defaults: "{{ inputs.y.z }}"}\n{id: y, type: JSON, required: false}',
      {},
    );
    expect(errors["x"]).toMatch(/^Invalid input for `x`, .*, but received `null`$/);
  });

  test.each([
    [{ kind: "a" }, { kind: "a", detail: "d" }, []],
    [{ kind: "b" }, { kind: "b", detail: null }, []],
    [{ kind: "a", detail: "" }, { kind: "a", detail: "" }, []],
  ])(
    "one that depends on another is asked for only when its condition holds: %j",
    async (given, values, wrong) => {
      const inputs = `
{id: detail, type: STRING, defaults: d, dependsOn: {inputs: [kind], condition: "{{ inputs.kind == 'a' }}"}}
{id: kind, type: STRING}`;
      const result = await read(inputs, given);
      expect([result.values, Object.keys(result.errors)]).toEqual([values, wrong]);
    },
  );

  test("one that the flow does not have is refused with the nearest name", async () => {
    expect((await read("{id: file, type: STRING}", { file: "a", fiel: "b" })).errors).toEqual({
      fiel: "The flow has no input `fiel`. Did you mean `file`?",
    });
  });

  test("one that the flow does not have is left out where that is asked for, unless it is a slip", async () => {
    const inputs = "{id: file, type: STRING, required: false}\n{id: day, type: STRING}";
    const flow = flowWith(inputs);
    const lenient = { now, unknown: "leave-out" } as const;
    const given = { day: "a", days: "b", trace: "c" };
    expect(await readInputs(flow, given, lenient)).toEqual({
      values: { file: null, day: "a" },
      errors: {},
      leftOut: ["days", "trace"],
    });
    expect((await readInputs(flow, { ...given, fiel: "b" }, lenient)).errors).toEqual({
      fiel: "The flow has no input `fiel`. Did you mean `file`?",
    });
  });

  test("the names of objects' own methods are names like others", async () => {
    const inputs =
      "{id: constructor, type: STRING}\n{id: toString.valueOf, type: STRING, required: false}";
    const { values, errors } = await read(inputs, { constructor: "c" });
    expect(errors).toEqual({});
    expect(Object.entries(values)).toEqual([
      ["constructor", "c"],
      ["toString", { valueOf: null }],
    ]);
  });
});

test("the form gets defaults as text, and does not ask for what is computed", () => {
  const views = inputViews(
    flowWith(`
{id: a, type: INT, defaults: 3}
{id: b, type: JSON, defaults: {x: [1]}}
{id: c, type: STRING, defaults: "{{ inputs.a }}"}
{id: d, type: SELECT, values: [x, y], autoSelectFirst: true}
{id: e, type: FILE, required: false}
{id: f, type: BOOL, defaults: false}
{id: g, type: STRING}`),
  );
  expect(views.map(({ id, isRequired, defaultText }) => [id, isRequired, defaultText])).toEqual([
    ["a", true, "3"],
    ["b", true, '{\n  "x": [\n    1\n  ]\n}'],
    ["c", false, null],
    ["d", true, "x"],
    ["e", false, null],
    ["f", true, "false"],
    ["g", true, null],
  ]);
});
