import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallError } from "../call-error.ts";
import { DEFAULT_BUDGET, Meter } from "../meter.ts";
import { evaluateJq } from "./evaluate-jq.ts";
import { parseJq } from "./parse-jq.ts";

const data = {
  name: "n",
  "odd key": 1,
  users: [
    { id: 2, tags: ["x", "y"], active: true },
    { id: 1, tags: [], active: false },
  ],
  nested: { a: { b: [10, 20, 30] } },
  none: null,
};

function run(program: string, input: unknown = data): unknown[] {
  const context = { meter: new Meter(DEFAULT_BUDGET), variables: new Map() };
  return [...evaluateJq(parseJq(program), input, context)];
}

describe("a jq program gives what jq gives", () => {
  it.each([
    [".", [data]],
    [".name", ["n"]],
    ['."odd key", .["odd key"]', [1, 1]],
    [".nested.a.b[0]", [10]],
    [".nested.a.b[-1]", [30]],
    [".nested.a.b[1:]", [[20, 30]]],
    [".nested.a.b[:2] | length", [2]],
    [".users[].id", [2, 1]],
    [".users | map(.id)", [[2, 1]]],
    ["[.users[] | select(.active) | .id]", [[2]]],
    [
      ".users | map({id, first: .tags[0]})",
      [
        [
          { id: 2, first: "x" },
          { id: 1, first: null },
        ],
      ],
    ],
    [".users | sort_by(.id) | .[0].id", [1]],
    [".users | map(.id) | add", [3]],
    [".users | length", [2]],
    ["keys | length", [5]],
    [".missing", [null]],
    ['.missing // "d"', ["d"]],
    [".name.x?", []],
    [".users[0] | keys", [["active", "id", "tags"]]],
    [".nested.a.b | map(. * 2 + 1)", [[21, 41, 61]]],
    ['if .users | length > 1 then "many" elif true then 1 else "few" end', ["many"]],
    ['.name as $n | "\\($n)-\\(1 + 1)"', ["n-2"]],
    ["reduce .nested.a.b[] as $x (0; . + $x)", [60]],
    [".users | group_by(.active) | map(length)", [[1, 1]]],
    [".nested | to_entries | .[0].key", ["a"]],
    ["{a: 1, b: 2} | with_entries(select(.value > 1))", [{ b: 2 }]],
    ["[.. | numbers] | length", [6]],
    ['has("name"), has("x")', [true, false]],
    ["[range(3)]", [[0, 1, 2]]],
    ['"a,b" | split(",") | join("-")', ["a-b"]],
    ['"abc" | test("B"), test("(?i)B")', [false, true]],
    ['"12" | tonumber', [12]],
    ["[3, 1, 2] | sort, min, max", [[1, 2, 3], 1, 3]],
    ["[1, [2, [3]]] | flatten", [[1, 2, 3]]],
    ["[1, 1, 2] | unique", [[1, 2]]],
    [".none | not", [true]],
    ["1, 2 | . + 1", [2, 3]],
    ["-1 + 3", [2]],
    ["[.[]?] | length", [5]],
    ['{"a b": 1, ("c" + "d"): 2}', [{ "a b": 1, cd: 2 }]],
    ["true and false or true", [true]],
    ['"x" # comment', ["x"]],
  ])("%s", (program, expected) => {
    expect(run(program)).toEqual(expected);
  });
});

describe("what jq cannot do is an error in a person's words", () => {
  it.each([
    ".[",
    "{",
    "| x",
    "unknown_function",
    ".a.b.c.d",
    "def f: 1; f",
    "1 / 0",
    '"',
    ". as x | x",
  ])("%s", (program) => {
    expect(() => run(program, { a: 1 })).toThrow(CallError);
  });

  it.each([
    "[range(1000000000)]",
    "[.. | .. | ..] | [.[] | .. | ..]",
    "reduce range(1e9) as $i (0; . + 1)",
    "[range(1000)] | map([range(1000)])",
  ])("%s ends at the budget", (program) => {
    expect(
      () =>
        run(
          program,
          Array.from({ length: 1000 }, () => [1, [2]]),
        ).length,
    ).toThrow(CallError);
  });

  it("any text is a program or a CallError", () => {
    const piece = fc.constantFrom(
      ".",
      "a",
      "[",
      "]",
      "(",
      ")",
      "|",
      ",",
      '"',
      "\\(",
      "1",
      "-",
      "{",
      "}",
      ":",
      "?",
      "..",
      "//",
      " as $x ",
      "if ",
      "map(",
      "$x",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join("")),
        ),
        (text) => {
          try {
            run(text);
          } catch (error) {
            if (!(error instanceof CallError)) throw error;
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
