import { describe, expect, test } from "vitest";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { HEAD, marked, single, TASKS } from "./one-problem.fixture.ts";
import { parseFlow } from "./parse.ts";

const only = (source: string) => single(parseFlow(source, catalogue).problems);

describe("a problem of an input is shown where it is, and says what to do:", () => {
  test.each<[string, string, string, string | RegExp, number, string]>([
    [
      "an unknown input type",
      `${HEAD}inputs:\n  - id: x\n    type: STRNG\n${TASKS}`,
      "unknown-type",
      /Did you mean `STRING`/,
      5,
      "STRNG",
    ],
    [
      "a missing input type",
      `${HEAD}inputs:\n  - id: x\n${TASKS}`,
      "missing-property",
      /`type` is missing/,
      4,
      "id: x",
    ],
    [
      "a property of another input type",
      `${HEAD}inputs:\n  - id: x\n    type: BOOL\n    min: 1\n${TASKS}`,
      "unknown-property",
      /Unknown property `min`/,
      6,
      "min",
    ],
    [
      "a default of a FILE",
      `${HEAD}inputs:\n  - id: x\n    type: FILE\n    defaults: a\n${TASKS}`,
      "invalid-value",
      /no `defaults` can be set for inputs of type 'FILE'/,
      6,
      "a",
    ],
    [
      "an array of arrays",
      `${HEAD}inputs:\n  - id: x\n    type: ARRAY\n    itemType: ARRAY\n${TASKS}`,
      "invalid-value",
      /`itemType` cannot be `ARRAY`/,
      6,
      "ARRAY",
    ],
    [
      "a SELECT without values",
      `${HEAD}inputs:\n  - id: x\n    type: SELECT\n${TASKS}`,
      "invalid-value",
      /`values` is missing/,
      4,
      "id: x",
    ],
    [
      "a validator that is no pattern",
      `${HEAD}inputs:\n  - id: x\n    type: STRING\n    validator: "("\n${TASKS}`,
      "invalid-value",
      /no regular expression/,
      6,
      '"("',
    ],
    [
      "a non-existent dependency",
      `${HEAD}inputs:\n  - id: x\n    type: STRING\n    dependsOn: {inputs: [y]}\n${TASKS}`,
      "invalid-value",
      /Input with id 'x' depends on a non-existent input 'y'/,
      6,
      "y",
    ],
  ])("%s", (...row) => {
    const [, source, code, message, line, text] = row;
    const problem = only(source);
    expect(problem.message).toMatch(message);
    expect({
      code: problem.code,
      line: problem.range.startLine,
      text: marked(source, problem),
    }).toEqual({ code, line, text });
    expect(problem.severity).toBe("error");
    expect(parseFlow(source, catalogue).flow).toBeNull();
  });
});

describe("a default that does not fit is a warning:", () => {
  test.each([
    ["{id: x, type: INT, defaults: abc}", "abc"],
    ["{id: x, type: INT, min: 3, defaults: 2}", "2"],
    ["{id: x, type: SELECT, values: [a, b], prefill: c}", "c"],
    ["{id: x, type: ARRAY, itemType: INT, defaults: [a]}", "[a]"],
    ["{id: x, type: DATE, defaults: 2026-02-30}", "2026-02-30"],
  ])("%s", (input, text) => {
    const source = `${HEAD}inputs:\n  - ${input}\n${TASKS}`;
    const problem = only(source);
    expect(problem).toMatchObject({
      severity: "warning",
      message: expect.stringMatching(/^The default does not fit/),
    });
    expect(marked(source, problem)).toBe(text);
  });
});

test("an input inside of another is refused", () => {
  const source = `${HEAD}inputs:\n  - {id: a, type: INT}\n  - {id: a.b, type: INT}\n${TASKS}`;
  expect(marked(source, only(source))).toBe("a.b");
});
