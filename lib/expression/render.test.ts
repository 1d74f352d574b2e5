import { describe, expect, it } from "vitest";
import { ExpressionError } from "./expression-error.ts";
import { evaluateExpression, renderDeep, renderTemplate } from "./render.ts";
import type { Scope } from "./scope.ts";

const scope: Scope = {
  variables: {
    inputs: { file: "kestra:///a.txt", count: 7, yes: true, none: null, list: [3, 1, 2] },
    outputs: { first: { vars: { x: "X" }, outputFiles: { "a b.csv": "kestra:///b" } } },
    vars: { greeting: "Hello {{ inputs.count }}" },
    big: { n: 1e21, small: 0.5, when: new Date("2024-02-03T04:05:06.789Z") },
  },
  now: () => new Date("2024-05-06T07:08:09.123Z"),
};

async function failure(text: string): Promise<ExpressionError> {
  const error: unknown = await renderTemplate(text, scope).then(
    (result) => new Error(`it rendered: ${result}`),
    (reason: unknown) => reason,
  );
  if (error instanceof ExpressionError) return error;
  throw error;
}

describe("a template is rendered as Pebble renders it", () => {
  it.each([
    ["plain text", "plain text"],
    ["{ not an expression }", "{ not an expression }"],
    ["{{ inputs.file }}", "kestra:///a.txt"],
    ["a{{ inputs.count }}b", "a7b"],
    ["{{ inputs['file'] }}", "kestra:///a.txt"],
    ["{{ outputs.first.outputFiles['a b.csv'] }}", "kestra:///b"],
    ["{{ inputs.list[0] }}", "3"],
    ["{{ inputs.none }}", ""],
    ["{{ inputs.yes }} {{ false }} {{ TRUE }}", "true false true"],
    ["{{ inputs.list }}", "[3,1,2]"],
    ["{{ outputs.first.vars }}", '{"x":"X"}'],
    ["{{ big.n }} {{ big.small }} {{ 2.0 }}", "1000000000000000000000 0.5 2"],
    ["{{ big.when }}", "2024-02-03T04:05:06.789Z"],
    ["a {# comment {{ x }} #}b", "a b"],
    ["a \n {{- 'x' -}} \n b", "axb"],
    ["a {%- if true -%} x {%- endif -%} b", "axb"],
    ["{{-1}} {{ -1 }}", "-1 -1"],
    ["a {#- c -#} b", "ab"],
    ["{% raw %}{{ x }}{% endraw %}", "{{ x }}"],
    ["{% verbatim %}{{ x }} {% if %}{% endverbatim %}!", "{{ x }} {% if %}!"],
    ["{{ 'it\\'s' }} {{ \"a\\\"b\" }} {{ 'a\\\\b' }} {{ '\\d\\n' }}", "it's a\"b a\\b \\d\\n"],
    ['{{ "n is #{inputs.count + 1}!" }}', "n is 8!"],
    ["{{ '#{x}' }}", "#{x}"],
    ["{{ {'a': {'b': 1}} }}", '{"a":{"b":1}}'],
    ["{{ {'a': 1}.a }} {{ [1, [2]][1] }}", "1 [2]"],
  ])("%s", async (text, expected) => {
    expect(await renderTemplate(text, scope)).toBe(expected);
  });
});

describe("operators bind and count as in Pebble", () => {
  it.each([
    ["1 + 2 * 3", "7"],
    ["(1 + 2) * 3", "9"],
    ["7 / 2", "3"],
    ["-7 / 2", "-3"],
    ["7 / 2.0", "3.5"],
    ["7 % 4", "3"],
    ["'a' ~ 1 ~ null ~ true", "a1true"],
    ["'a' + 1", "a1"],
    ["[1] + 2", "[1,2]"],
    ["[1, 2, 3] - [2]", "[1,3]"],
    ["1 ~ 2 + 3", "123"],
    ["'a' ~ 'b' | upper", "AB"],
    ["1 == 1.0", "true"],
    ["'1' == 1", "false"],
    ["1 equals 1", "true"],
    ["1 != 2", "true"],
    ["[1, {'a': 2}] == [1, {'a': 2}]", "true"],
    ["2 > 1 and 1 < 2 or false", "true"],
    ["null > 1", "false"],
    ["'b' > 'a'", "true"],
    ["not true or true", "true"],
    ["not (1 == 2)", "true"],
    ["inputs.list contains 3", "true"],
    ["inputs.list contains [3, 4]", "false"],
    ["'abc' contains 'b'", "true"],
    ["inputs contains 'file'", "true"],
    ["null contains 'x'", "false"],
    ["'1' in [1, 2]", "true"],
    ["'SUCCESS' isIn ['SUCCESS', 'KILLED']", "true"],
    ["4 not in [1, 2]", "true"],
    ["'k' in {'k': 'v'}", "true"],
    ["1..4", "[1,2,3,4]"],
    ["'a'..'c'", '["a","b","c"]'],
    ["4..1", "[]"],
    ["missing ?? 'x'", "x"],
    ["inputs.none ?? 'x'", "x"],
    ["inputs.nope.deeper ?? inputs.none ?? 'y'", "y"],
    ["inputs.none ??? 'x'", ""],
    ["missing ??? 'x'", "x"],
    ["missing | default('x')", "x"],
    ["inputs.yes ? 'a' : 'b'", "a"],
    ["false ? 'a' : true ? 'b' : 'c'", "b"],
    ["missing is defined", "false"],
    ["inputs.file is not defined", "false"],
    ["inputs.none is null", "true"],
    ["[] is empty and '' is empty and {} is empty", "true"],
    ["3 is odd and 4 is even and 3 is not even", "true"],
    ["[] is iterable and {} is map and '{}' is json and '{' is not json", "true"],
  ])("%s", async (expression, expected) => {
    expect(await renderTemplate(`{{ ${expression} }}`, scope)).toBe(expected);
  });
});

describe("tags steer what is shown", () => {
  it.each([
    ["{% if inputs.count > 5 %}a{% elseif true %}b{% else %}c{% endif %}", "a"],
    ["{% if false %}a{% elseif inputs.none %}b{% else %}c{% endif %}", "c"],
    ["{% for i in inputs.list %}{{ i }}{{ loop.last ? '' : ',' }}{% endfor %}", "3,1,2"],
    ["{% for i in [] %}x{% else %}none{% endfor %}", "none"],
    ["{% for i in inputs.none %}x{% else %}none{% endfor %}", "none"],
    ["{% for e in {'a': 1} %}{{ e.key }}={{ e.value }}{% endfor %}", "a=1"],
    [
      "{% for i in 1..2 %}{{ loop.index }}{{ loop.first }}{{ loop.length }}{{ loop.revindex }} {% endfor %}",
      "0true21 1false20 ",
    ],
    ["{% set x = 1 %}{% for i in 1..3 %}{% set x = x + i %}{% endfor %}{{ x }}", "7"],
    ["{% filter upper %}a{{ inputs.count }}{% endfilter %}", "A7"],
    ["{% macro m(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ m(1) }} {{ m(b=5, a=3) }}", "1-2 3-5"],
    ["{% block a %}x{% endblock %}{{ block('a') }}", "xx"],
    [
      "{% if false %}{% else %}{% endif %}{% macro m() %}{% for q in [1] %}{{ nope }}{% endfor %}{% endmacro %}{{ m() ?? 'x' }}{{ q ?? 'y' }}",
      "xy",
    ],
  ])("%s", async (text, expected) => {
    expect(await renderTemplate(text, scope)).toBe(expected);
  });
});

describe("an error says what, where and what to do", () => {
  it.each([
    [
      "{{ missing }}",
      "Unable to find `missing` used in the expression `{{ missing }}` at line 1: there is `inputs`, `outputs`, `vars`, `big`",
      [1, 4, 7],
    ],
    [
      "one\n  {{ inputs.fiel }}",
      "Unable to find `fiel` used in the expression `{{ inputs.fiel }}` at line 2. Did you mean `file`?",
      [2, 13, 4],
    ],
    [
      "{{ inputs.none.x }}",
      "Unable to find `x` used in the expression `{{ inputs.none.x }}` at line 1: `inputs.none` is null",
      [1, 16, 1],
    ],
    [
      "{{ inputs.list.length }}",
      "Unable to find `length` used in the expression `{{ inputs.list.length }}` at line 1. Write `inputs.list | length`",
      [1, 16, 6],
    ],
    [
      "{{ inputs.file.name }}",
      "Unable to find `name` used in the expression `{{ inputs.file.name }}` at line 1: `inputs.file` is a text; if it is JSON, write `fromJson(inputs.file).name`",
      [1, 16, 4],
    ],
    ["{{ 1 | uper }}", "`uper`: There is no such filter. Did you mean `upper`?", [1, 8, 4]],
    ["{{ x", "This is never closed: add `}}`", [1, 1, 2]],
    ["{{ (1 }}", "`}` stands where `)` is needed", [1, 7, 1]],
    ["{{ a && b }}", "`&&` is not known here: write `and`", [1, 6, 2]],
    ["{% if true %}", "`if` is never closed: add `{% endif %}`", [1, 1, 13]],
    ["{{ 1 / 0 }}", "Division by zero", [1, 4, 5]],
    [
      "{{ 'a' * 2 }}",
      "`*` needs numbers, but one side is a text: turn it into one with `| number`",
      [1, 4, 7],
    ],
    ["{{ a.b() }}", "Values have no methods: write `| b` if there is such a filter", [1, 6, 1]],
  ])("%s", async (text, message, [line, column, length]) => {
    const error = await failure(text);
    expect(error.message).toBe(message);
    expect({ line: error.line, column: error.column, length: error.length }).toEqual({
      line,
      column,
      length,
    });
  });
});

describe("values keep their type where a value is wanted", () => {
  it.each([
    ["{{ inputs.count }}", 7],
    [" {{ inputs.list }}\n", [3, 1, 2]],
    ["{{ inputs.yes }}", true],
    ["{{ inputs.none }}", null],
    ["{{ inputs.count }} and", "7 and"],
    ["plain", "plain"],
  ])("%s", async (text, expected) => {
    expect(await evaluateExpression(text, scope)).toEqual(expected);
  });

  it("every text in a JSON value is rendered, keys as well", async () => {
    const value = { "k{{ inputs.count }}": ["{{ inputs.file }}", 1, null], __proto__x: "a" };
    expect(await renderDeep(value, scope)).toEqual({
      k7: ["kestra:///a.txt", 1, null],
      __proto__x: "a",
    });
  });
});
