import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { INPUT_TYPES } from "#lib/core/flow-view.ts";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { PASTED_FLOWS } from "./pasted-flows.fixture.ts";
import { flowJsonSchema } from "./json-schema.ts";
import { parseFlow } from "./parse.ts";

type Json = Record<string, unknown>;
// The schema is plain JSON.
const schema = JSON.parse(JSON.stringify(flowJsonSchema(catalogue))) as Json;

/** Where the value breaks the schema: the words of draft 7 that ours has, all others are an error. */
function broken(value: unknown, part: Json, path = ""): string[] {
  return Object.entries(part).flatMap(([word, rule]) =>
    brokenWord(value, word, rule, { part, path }),
  );
}

function brokenWord(
  value: unknown,
  word: string,
  rule: unknown,
  at: { part: Json; path: string },
): string[] {
  const { part, path } = at;
  const list = rule as Json[];
  const entries =
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value)
      : [];
  const fail = (isWrong: boolean): string[] => (isWrong ? [`${path}: ${word}`] : []);
  switch (word) {
    case "type":
      return fail(
        ![rule].flat().includes(typeOf(value)) &&
          !([rule].flat().includes("number") && typeOf(value) === "integer"),
      );
    case "enum":
      return fail(!(rule as unknown[]).includes(value));
    case "const":
      return fail(rule !== value);
    case "required":
      return fail(
        entries.length > 0 &&
          !(rule as string[]).every((key) => entries.some(([name]) => name === key)),
      );
    case "properties":
      return entries.flatMap(([key, inner]) =>
        key in (rule as Json)
          ? broken(inner, (rule as Record<string, Json>)[key] ?? {}, `${path}.${key}`)
          : [],
      );
    case "additionalProperties":
      return entries
        .filter(([key]) => !(key in ((part["properties"] ?? {}) as Json)))
        .flatMap(([key, inner]) =>
          rule === false
            ? [`${path}.${key}: not allowed`]
            : broken(inner, rule as Json, `${path}.${key}`),
        );
    case "items":
      return Array.isArray(value)
        ? value.flatMap((item, index) => broken(item, rule as Json, `${path}[${index}]`))
        : [];
    case "minItems":
      return fail(Array.isArray(value) && value.length < Number(rule));
    case "minimum":
      return fail(typeof value === "number" && value < Number(rule));
    case "maximum":
      return fail(typeof value === "number" && value > Number(rule));
    case "exclusiveMinimum":
      return fail(typeof value === "number" && value <= Number(rule));
    case "anyOf":
    case "oneOf":
      return list.some((one) => broken(value, one).length === 0)
        ? []
        : list.flatMap((one) => broken(value, one, path)).slice(0, 5);
    case "allOf":
      return list.flatMap((one) => broken(value, one, path));
    case "not":
      return fail(broken(value, rule as Json).length === 0);
    case "$ref": {
      const name = String(rule).replace("#/definitions/", "");
      const target = (schema["definitions"] as Record<string, Json>)[name];
      if (target === undefined) throw new Error(`no definition ${name}`);
      return broken(value, target, path);
    }
    case "$schema":
    case "title":
    case "description":
    case "markdownDescription":
    case "examples":
    case "definitions":
    case "id":
    case "defaultSnippets":
    case "propertyNames":
    case "markdownEnumDescriptions":
    case "enumDescriptions":
    case "default":
      return [];
    default:
      throw new Error(`unknown word ${word}`);
  }
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

const TUTORIAL = join(import.meta.dirname, "../flows/tutorial");
const flows: [string, string][] = [
  ...readdirSync(TUTORIAL).map((name): [string, string] => [
    name,
    readFileSync(join(TUTORIAL, name), "utf8"),
  ]),
  ...PASTED_FLOWS,
  ...catalogue.all.flatMap(({ type, examples }) =>
    examples.map((example): [string, string] => {
      const lines = example
        .trimEnd()
        .split("\n")
        .map((line, index) => (index === 0 ? `  - ${line}` : `    ${line}`));
      return [
        type,
        `id: a\nnamespace: b\ninputs:\n  - {id: name, type: STRING}\n  - {id: count, type: INT}\ntasks:\n${lines.join("\n")}\n`,
      ];
    }),
  ),
];

describe("what the parser accepts is valid by the editor's schema:", () => {
  test.each(flows)("%s", (_, source) => {
    const { problems } = parseFlow(source, catalogue);
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(broken(parse(source, { merge: true }), schema)).toEqual([]);
  });
});

describe("what is wrong is invalid by the editor's schema:", () => {
  const task = "tasks:\n  - id: t\n    type: io.kestra.plugin.core.log.Log\n    message: x\n";
  test.each([
    ["no namespace", `id: a\n${task}`],
    ["an unknown property", `id: a\nnamespace: b\nlables: {}\n${task}`],
    ["a misspelled property of a task", `id: a\nnamespace: b\n${task}    mesage: x\n`],
    [
      "a task without its property",
      "id: a\nnamespace: b\ntasks:\n  - id: t\n    type: io.kestra.plugin.scripts.shell.Commands\n",
    ],
    ["a bad input type", `id: a\nnamespace: b\ninputs:\n  - {id: x, type: STRNG}\n${task}`],
    [
      "a property of another input type",
      `id: a\nnamespace: b\ninputs:\n  - {id: x, type: BOOL, min: 1}\n${task}`,
    ],
  ])("%s", (_, source) => {
    expect(broken(parse(source), schema)).not.toEqual([]);
  });
});

test("every property has a word of help, every type a snippet", () => {
  const items = (
    schema["properties"] as Record<string, { items: { anyOf: Json[]; defaultSnippets: Json[] } }>
  )["tasks"]?.items;
  const helpless = (items?.anyOf ?? [])
    .slice(0, -1)
    .flatMap((task) =>
      Object.entries(task["properties"] as Record<string, Json>).flatMap(([key, part]) =>
        part["markdownDescription"] === undefined ? [key] : [],
      ),
    );
  expect(helpless).toEqual([]);
  expect(items?.defaultSnippets).toHaveLength(catalogue.all.length);
  const inputs = (schema["properties"] as Record<string, { items: { anyOf: Json[] } }>)["inputs"]
    ?.items.anyOf;
  expect(inputs).toHaveLength(INPUT_TYPES.length);
});
