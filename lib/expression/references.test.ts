import { describe, expect, it } from "vitest";
import { checkTemplate } from "./check.ts";
import { parseTemplate } from "./parse.ts";
import { referencesOf } from "./references.ts";

/** `inputs.a`, `outputs.t.vars?` (optional), `secret()`, `|upper`, `is defined`. */
function summary(text: string): string[] {
  return referencesOf(parseTemplate(text)).map((reference) => {
    if (reference.kind === "variable")
      return reference.path.join(".") + (reference.isOptional ? "?" : "");
    if (reference.kind === "function") return `${reference.name}()`;
    return reference.kind === "filter" ? `|${reference.name}` : `is ${reference.name}`;
  });
}

describe("a template refers to", () => {
  it.each([
    ["plain", []],
    ["{{ inputs.file }}", ["inputs.file"]],
    ["{{ outputs.t.vars['a b'][0].c }}", ["outputs.t.vars.a b.0.c"]],
    ["{{ outputs[inputs.task].x }}", ["outputs", "inputs.task"]],
    ["{{ a ?? b }}", ["a?", "b"]],
    ["{{ a.b | default(c) }}", ["a.b?", "|default", "c"]],
    ["{{ a is defined and b is not empty }}", ["a?", "is defined", "b", "is empty"]],
    ["{{ secret('K') | upper }}", ["secret()", "|upper"]],
    [
      "{% for x in inputs.list %}{{ x.y }}{{ loop.index }}{% else %}{{ z }}{% endfor %}",
      ["inputs.list", "z"],
    ],
    ["{% set s = inputs.a %}{{ s }}", ["inputs.a"]],
    [
      "{% macro m(p, q=inputs.q) %}{{ p }}{{ q }}{{ inputs.m }}{% endmacro %}{{ m(1) }}",
      ["inputs.q", "inputs.m"],
    ],
    [
      "{% if a %}{{ b }}{% elseif c %}{{ d }}{% else %}{{ e }}{% endif %}",
      ["a", "b", "c", "d", "e"],
    ],
    ["{% filter upper | trim %}{{ a }}{% endfilter %}", ["|upper", "|trim", "a"]],
    ["{{ x ? [a, {'k': b}] : not c }}", ["x", "a", "b", "c"]],
    ['{{ "t #{inputs.a}" }}', ["inputs.a"]],
    ["{% raw %}{{ a }}{% endraw %}{# {{ b }} #}", []],
  ])("%s", (text, expected) => {
    expect(summary(text)).toEqual(expected);
  });

  it("each name at its place", () => {
    const text = "ab {{ outputs.task.vars['x'] }}";
    const [reference] = referencesOf(parseTemplate(text));
    const names = reference?.kind === "variable" ? reference.segments : [];
    expect(names.map(({ start, end }) => text.slice(start, end))).toEqual([
      "outputs",
      "task",
      "vars",
      "'x'",
    ]);
  });

  it("the plain texts a function is called with", () => {
    const [reference] = referencesOf(parseTemplate("{{ secret('KEY', x) }}"));
    expect(reference).toMatchObject({ kind: "function", literals: ["KEY", null] });
  });
});

describe("a check finds without evaluating", () => {
  it.each([
    ["{{ a | uper }}", [["`uper`: There is no such filter. Did you mean `upper`?", 7, 4]]],
    [
      "{{ kv('x') ~ kv('y') }}",
      [
        ["`kv`: is not supported yet: it reads a key-value pair of the namespace", 3, 2],
        ["`kv`: is not supported yet: it reads a key-value pair of the namespace", 13, 2],
      ],
    ],
    ["{{ a is emty }}", [["`emty`: There is no such test. Did you mean `empty`?", 8, 4]]],
    ["{{ a", [["This is never closed: add `}}`", 0, 2]]],
    ["{% include 'x' %}", [["The tag `include` is not supported", 0, 17]]],
    [
      "{% frobnicate %}",
      [["There is no tag `frobnicate`; there are: if, for, set, filter, macro, block, raw", 0, 16]],
    ],
    ["{{ inputs.fine | upper }}", []],
    [
      "{{ secret('K', namespace='other') }}",
      [["`secret`: The argument `namespace` is not supported yet", 3, 6]],
    ],
    ["{{ secret('K', subkey='a') }}", []],
  ])("%s", (text, expected) => {
    const { problems } = checkTemplate(text);
    expect(problems.map(({ message, offset, length }) => [message, offset, length])).toEqual(
      expected,
    );
  });
});
