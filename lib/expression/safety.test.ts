import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkTemplate } from "./check.ts";
import { ExpressionError } from "./expression-error.ts";
import { filterNames } from "./filters/table.ts";
import { functionNames } from "./functions/table.ts";
import { parseTemplateSafely } from "./parse.ts";
import { evaluateExpression, renderTemplate } from "./render.ts";
import type { Scope } from "./scope.ts";

class Host {
  secretField = "host secret";
  method(): string {
    return "host method";
  }
}

const scope: Scope = {
  variables: {
    text: "abc",
    number: 7,
    list: [1, "two", null, { three: 3 }],
    map: { a: 1, b: { c: [true] } },
    date: new Date("2024-05-06T07:08:09Z"),
    hidden: {
      host: new Host(),
      code: () => "called",
      get computed() {
        return "getter ran";
      },
    },
  },
  now: () => new Date("2024-05-06T07:08:09Z"),
};

/** The text, or the error as an ExpressionError; any other exception fails the test. */
async function outcome(text: string, budget = {}): Promise<string | ExpressionError> {
  try {
    return await renderTemplate(text, scope, { budget });
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
}

describe("nothing but data can be reached", () => {
  it.each([
    "{{ text.constructor }}",
    "{{ ''.constructor.constructor('return process')() }}",
    "{{ text['constructor'] }}",
    "{{ text.length }}",
    "{{ list.length }}",
    "{{ list.map }}",
    "{{ list['push'] }}",
    "{{ list['-1'] }}",
    "{{ map.__proto__ }}",
    "{{ map['__proto__'] }}",
    "{{ map.hasOwnProperty }}",
    "{{ map.toString }}",
    "{{ {}.__proto__.polluted }}",
    "{{ hidden.host }}",
    "{{ hidden.host.secretField }}",
    "{{ hidden.host.method() }}",
    "{{ hidden.code }}",
    "{{ hidden.code() }}",
    "{{ hidden.computed }}",
    "{{ date.getTime }}",
    "{{ constructor }}",
    "{{ __proto__ }}",
    "{{ this }}",
    "{{ globalThis }}",
    "{{ process.env }}",
    "{{ require('fs') }}",
    "{{ toString() }}",
    "{{ constructor('return 1')() }}",
    "{{ text | constructor }}",
    "{{ text | __proto__ }}",
    "{{ text is constructor }}",
    "{% set constructor = 1 %}{{ text.constructor }}",
    "{{ [1] | jq('.constructor') }}",
    '{{ fromJson(\'{"__proto__": {"x": 1}}\').x }}',
    '{{ ({} | merge(fromJson(\'{"__proto__": {"x": 1}}\'))).x }}',
    "{{ _self }}",
    "{{ beans }}",
    "{{ text.class.forName('java.lang.Runtime') }}",
  ])("%s is an error", async (text) => {
    expect(await outcome(text)).toBeInstanceOf(ExpressionError);
  });

  it("a key named __proto__ is a key like any other", async () => {
    expect(await outcome("{{ {'__proto__': {'x': 1}} }}")).toBe('{"__proto__":{"x":1}}');
    expect(await outcome("{{ {'__proto__': {'x': 1}}['__proto__'].x }}")).toBe("1");
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
  });

  it("a list or map that holds a host object is not shown", async () => {
    expect(await outcome("{{ hidden }}")).not.toContain("host secret");
  });
});

const tooLong = [
  `{{ ${"(".repeat(5000)}1${")".repeat(5000)} }}`,
  `{{ ${"[".repeat(5000)}${"]".repeat(5000)} }}`,
  `{{ 1 ${"+ 1 ".repeat(5000)} }}`,
  `{{ a${".a".repeat(5000)} }}`,
  `{{ ${"not ".repeat(5000)} true }}`,
  `{{ ${"true ? ".repeat(5000)} 1 }}`,
  `${"{% if true %}".repeat(5000)}${"{% endif %}".repeat(5000)}`,
  `{{ ${'"#{'.repeat(5000)} }}`,
];

describe("whatever is written ends", () => {
  it.each(
    [
      "{% for i in 1..1000000000 %}x{% endfor %}",
      "{{ range(0, 1000000000) }}",
      "{{ 1..1000000000 }}",
      "{% for a in 1..999 %}{% for b in 1..999 %}{% for c in 1..999 %}x{% endfor %}{% endfor %}{% endfor %}",
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
      "{% block a %}{{ block('a') }}{% endblock %}",
      "{% set a = [1] %}{% for i in 1..100 %}{% set a = [a, a] %}{% endfor %}{{ a }}",
      "{% set a = 'x' %}{% for i in 1..100 %}{% set a = a ~ a %}{% endfor %}",
      "{% set a = 'x' %}{% for i in 1..100 %}{% set a = a | replace({'x': 'xx'}) %}{% endfor %}",
      "{% set a = {} %}{% for i in 1..200 %}{% set a = {'a': a} %}{% endfor %}{{ a }}",
      "{% set a = '{{ render(a) }}' %}{{ render(a) }}",
      "{{ 'a' | indent(1000000000) ~ fromJson('\"\\\\n\"') | indent(1000000000, 'xxxx') }}",
      "{{ nanoId(length=1000000) }}",
      "{% set a = range(1, 50000) %}{{ a contains a }}",
      "{% set a = range(1, 50000) %}{{ a - a }}",
      "{% set a = range(1, 1000) %}{% for i in a %}{{ a | join('-') | upper | base64encode | sha512 }}{% endfor %}{% for i in 1..200 %}{% for j in 1..1000 %}x{% endfor %}{% endfor %}",
      ...tooLong,
    ].map((text) => [text.slice(0, 90), text] as const),
  )("%s", async (_, text) => {
    const started = performance.now();
    expect(await outcome(text)).toBeInstanceOf(ExpressionError);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it("for every budget, a loop stops at it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2000 }), async (steps) => {
        const text = "{% for i in 1..5000 %}{{ i }}{% endfor %}";
        const error = await outcome(text, { steps });
        expect(error).toMatchObject({ kind: "limit" });
      }),
      { numRuns: 30 },
    );
  });

  it("a long chain that is allowed is evaluated", async () => {
    expect(await outcome(`{{ 1 ${"+ 1 ".repeat(1400)} }}`)).toBe("1401");
    expect(await outcome(`{{ ${"(".repeat(90)}1 ${"+ 1 )".repeat(90)} }}`)).toBe("91");
  });
});

describe("any text is rendered or an ExpressionError with its place", () => {
  const pieces = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "-",
    " ",
    "\n",
    "if ",
    "endif",
    "else",
    "elseif ",
    "for i in ",
    "endfor",
    "set a = ",
    "filter upper",
    "endfilter",
    "macro m(x)",
    "endmacro",
    "raw",
    "endraw",
    "block b",
    "endblock",
    "text",
    "map",
    "list",
    ".a",
    "[0]",
    "['b']",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    "|",
    "~",
    "??",
    "???",
    "?",
    "..",
    "==",
    "<",
    "+",
    "*",
    "/",
    "%",
    "not ",
    " is ",
    "defined",
    " and ",
    " or ",
    " contains ",
    " in ",
    "1",
    "2.5",
    "'x'",
    '"y#{',
    '"',
    "'",
    "\\",
    "=",
    "m(1)",
    "loop.index",
    "é",
    "😀",
    ...filterNames().map((name) => `| ${name}`),
    ...functionNames().map((name) => `${name}(`),
  ];
  const template = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 25 }).map((parts) => parts.join("")),
    fc
      .array(fc.constantFrom(...pieces.slice(24)), { maxLength: 10 })
      .map((parts) => `{{ ${parts.join(" ")} }}`),
  );

  it("when it is parsed and checked", () => {
    fc.assert(
      fc.property(template, (text) => {
        const { problem } = parseTemplateSafely(text);
        const { problems } = checkTemplate(text);
        for (const error of problem === null ? problems : [problem]) {
          expect(error.offset).toBeGreaterThanOrEqual(0);
          expect(error.offset + error.length).toBeLessThanOrEqual(text.length);
          expect(error.line).toBe(text.slice(0, error.offset).split("\n").length);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("when it is rendered", async () => {
    await fc.assert(
      fc.asyncProperty(template, async (text) => {
        const result = await outcome(text, { steps: 5000 });
        expect(typeof result === "string" || result instanceof ExpressionError).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it("with every filter on every kind of value", async () => {
    const values = [
      "text",
      "number",
      "list",
      "map",
      "date",
      "null",
      "true",
      "''",
      "[]",
      "{}",
      "1.5",
      "'1'",
      "[[1]]",
    ];
    const args = [
      "",
      "()",
      "(1)",
      "('a')",
      "(null)",
      "([1])",
      "({'a': 'b'})",
      "(1, 'DAYS')",
      "('.')",
      "(-1)",
      "('[')",
    ];
    for (const name of filterNames()) {
      for (const value of values) {
        for (const argument of args) await outcome(`{{ ${value} | ${name}${argument} }}`);
      }
    }
    for (const name of functionNames()) {
      for (const value of values) {
        for (const more of ["", ", 1", ", 'a'", ", 1, 2", ", list, map, text"]) {
          await outcome(`{{ ${name}(${value}${more}) }}`);
        }
      }
    }
  });
});

describe("text without expressions", () => {
  it("comes back as it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
        fc.pre(!/\{[{%#]/.test(text));
        expect(await renderTemplate(text, scope)).toBe(text);
        expect(await evaluateExpression(text, scope)).toBe(text);
      }),
    );
  });

  it("comes back out of a raw block as it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
        fc.pre(!text.includes("{%"));
        expect(await renderTemplate(`{% raw %}${text}{% endraw %}`, scope)).toBe(text);
      }),
    );
  });

  it("JSON values go through an expression unchanged", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
        const variables = { value };
        expect(await evaluateExpression("{{ value }}", { ...scope, variables })).toEqual(value);
        const text = await renderTemplate("{{ value | toJson }}", { ...scope, variables });
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
