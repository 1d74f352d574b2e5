import type { TestDefinition } from "../call.ts";
import { isEmpty, isList, isMap, typeNameOf } from "../value.ts";
import { CallError } from "../call-error.ts";

/** What can follow `is` and `is not`. */
const testTable: Record<string, TestDefinition> = {
  defined: {
    about: "Whether the variable is there and not null.",
    parameters: [],
    example: ["{{ nothing.here is defined }}", "false"],
    test: (input) => input !== null,
  },
  empty: {
    about: "Whether it is null, a blank text, or a list or map without items.",
    parameters: [],
    example: ["{{ '' is empty }}", "true"],
    test: (input) => isEmpty(typeof input === "string" ? input.trim() : input),
  },
  null: {
    about: "Whether it is null.",
    parameters: [],
    example: ["{{ null is null }}", "true"],
    test: (input) => input === null,
  },
  even: {
    about: "Whether the whole number is even.",
    parameters: [],
    example: ["{{ 4 is even }}", "true"],
    test: (input) => wholeNumber(input) % 2 === 0,
  },
  odd: {
    about: "Whether the whole number is odd.",
    parameters: [],
    example: ["{{ 4 is odd }}", "false"],
    test: (input) => wholeNumber(input) % 2 !== 0,
  },
  iterable: {
    about: "Whether it is a list, which `for` can go through.",
    parameters: [],
    example: ["{{ [1, 2] is iterable }}", "true"],
    test: isList,
  },
  map: {
    about: "Whether it is a map.",
    parameters: [],
    example: ["{{ {'a': 1} is map }}", "true"],
    test: isMap,
  },
  json: {
    about: "Whether the text is valid JSON.",
    parameters: [],
    example: ["{{ '[1]' is json }}", "true"],
    test: isJson,
  },
};

const tests = new Map(Object.entries(testTable));

export function findTest(name: string): TestDefinition | undefined {
  return tests.get(name);
}

export function testNames(): string[] {
  return [...tests.keys()];
}

function wholeNumber(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw new CallError(`This needs a whole number, not ${typeNameOf(value)}`);
}

function isJson(value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    // Not being JSON is the answer.
    return false;
  }
}
