import { describe, expect, it } from "vitest";
import { renderTemplate } from "../render.ts";

const scope = { variables: { lines: "a\nb\r", none: null }, now: () => new Date(0) };

describe("a filter at its edges", () => {
  it.each([
    ["'abc' | abbreviate(3)", "abc"],
    ["'abcdef' | abbreviate(2)", "ab"],
    ["'' | capitalize", ""],
    ["'   ' | default('x')", "x"],
    ["[] | default('x')", "x"],
    ["0 | default('x')", "0"],
    ["false | default('x')", "false"],
    ["{'a': [\"it's\"]} | escapeChar('single')", '{"a":["it\\\\\'s"]}'],
    ["'a\"b' | escapeChar('double')", 'a\\"b'],
    ["lines | indent(1, '--')", "a\n--b\r"],
    ["'' | nindent(2)", ""],
    ["'Straße_Ünïcode.Dot' | slugify", "strae-unicodedot"],
    ["'abc' | substringAfter('x')", ""],
    ["'abc' | substringBefore('x')", "abc"],
    ["'hELLO wORLD' | title", "HELLO WORLD"],
    ["none | upper", ""],
    ["none | length", "0"],
    ["5 | length", "0"],
    ["'a.b' | replace({'.': '-'})", "a-b"],
    ["'aab' | replace({'a': 'b', 'b': 'c'})", "ccc"],
    ["['ab', {'k': 'a'}] | replace({'a': 'x'})", '["xb",{"k":"x"}]'],
    ["'john smith' | replace({'(\\w+) (\\w+)': '$2 $1'}, regexp=true)", "smith john"],
    ["'x1' | replace({'(?<n>\\d)': '<${n}>'}, regexp=true)", "x<1>"],
    ["'a' | replace({'a': '\\$1'}, regexp=true)", "$1"],
    ["'a,b,,' | split(',')", '["a","b"]'],
    ["'a,b,,' | split(',', -1)", '["a","b","",""]'],
    ["'a,b,c' | split(',', 2)", '["a","b,c"]'],
    ["',a' | split(',')", '["","a"]'],
    ["'abc' | split('')", '["a","b","c"]'],
    ["'' | split(',')", '[""]'],
    ["'a.b' | split('\\.')", '["a","b"]'],
    ["lines | split('\\n')", '["a","b\\r"]'],
    ["[1, null, 'a'] | join('-')", "1--a"],
    ["[] | first", ""],
    ["'abc' | last", "c"],
    ["'abc' | reverse", "cba"],
    ["['b', 'a'] | sort | first", "a"],
    ["[1, 2, 3, 4] | slice(1)", "[2,3,4]"],
    ["['x', 'y'] | keys", "[0,1]"],
    ["[1] | merge({'a': 2})", '[1,{"key":"a","value":2}]'],
    ["{'a': 1} | merge(['b'])", '{"a":1,"b":"b"}'],
    ["none | merge([1])", "[1]"],
    ["[{'a': 1}, {'a': 1}] | distinct", '[{"a":1}]'],
    ["'3.0' | number", "3"],
    ["'0x1F' | number", "31"],
    ["'12L' | number('LONG')", "12"],
    ["7 | number", "7"],
    ["1234567.891 | numberFormat", "1,234,567.891"],
    ["0.5 | numberFormat('#.##')", "0.5"],
    ["0.5 | numberFormat('#.00')", ".50"],
    ["2.5 | numberFormat('0')", "2"],
    ["3.5 | numberFormat('0')", "4"],
    ["0.256 | numberFormat('0.0%')", "25.6%"],
    ["(0 - 5) | numberFormat('0.0;(0.0)')", "(5.0)"],
    ["5 | numberFormat(\"'#'000\")", "#005"],
    ["12 | numberFormat('$0.00 USD')", "$12.00 USD"],
    ["none | toJson", "null"],
    ["'a\"b' | json", '"a\\"b"'],
    ["none | yaml", "null"],
    ["'x' | className", "java.lang.String"],
    ["3000000000 | className", "java.lang.Long"],
    ["'a~b*c' | urlencode", "a%7Eb*c"],
    ["{'a': 1} | jq('.a')", "[1]"],
    ["'{\"a\": 1}' | jq('.a') | first", "1"],
  ])("%s", async (expression, expected) => {
    expect(await renderTemplate(`{{ ${expression} }}`, scope)).toBe(expected);
  });
});

describe("a filter that cannot do it says what it needs", () => {
  it.each([
    ["'a' | abbreviate", "`abbreviate`: The argument `length` is missing"],
    ["'a' | upper(1)", "`upper`: No arguments are possible"],
    [
      "'a' | abbreviate(lenght=1)",
      "`abbreviate`: There is no argument `lenght`; there are: length",
    ],
    ["'a' | abbreviate(1, length=2)", "`abbreviate`: The argument `length` is given twice"],
    ["'a' | abbreviate('x')", "`abbreviate`: `length` must be a whole number, but is a text"],
    ["'a' | abs", "`abs`: This needs a number, not a text: turn it into one with `| number`"],
    [
      "'[1]' | sort",
      "`sort`: This needs a list, not a text: turn a JSON text into a list with `fromJson(…)`",
    ],
    [
      "[1, 'a'] | sort",
      "`sort`: a text and a number cannot be compared: bring both to one type, for example with `| number`",
    ],
    ["'12x' | number", "`number`: The text is not a number"],
    ["'1.5' | number('INT')", "`number`: The number is not whole"],
    [
      "'12345678901234567890' | number",
      "`number`: The number has too many digits to be exact: keep it as a text",
    ],
    [
      "1 | number('NUM')",
      "`number`: `type` must be one of INT, LONG, BIGINTEGER, FLOAT, DOUBLE, BIGDECIMAL",
    ],
    ["'a' | slice(0, 2)", "`slice`: `toIndex` is greater than the length, which is 1"],
    ["[1] | chunk(0)", "`chunk`: `size` must be 1 or more"],
    ["'a' | base64decode", null],
    ["'%' | base64decode", "`base64decode`: The text is not Base64"],
    ["'%zz' | urldecode", "`urldecode`: The text has a `%` that begins no encoded character"],
    [
      "'a' | replace('a')",
      "`replace`: `replace_pairs` must be a map such as {'old': 'new'}, but is a text",
    ],
    [
      "'a' | replace({'(': ''}, regexp=true)",
      "`replace`: The pattern has a `(` without a `)`, at its character 2",
    ],
    ["'a' | escapeChar('html')", "`escapeChar`: `type` must be 'single', 'double' or 'shell'"],
    [
      "1 | numberFormat('x')",
      "`numberFormat`: This is not a pattern of DecimalFormat, for example `#,##0.00`",
    ],
    ["'{' | jq('.')", "`jq`: The text is not valid JSON"],
  ])("%s", async (expression, message) => {
    const result = renderTemplate(`{{ ${expression} }}`, scope).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    expect(await result).toBe(message);
  });
});
