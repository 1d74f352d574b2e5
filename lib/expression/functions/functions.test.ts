import { describe, expect, it } from "vitest";
import { renderTemplate, evaluateExpression } from "../render.ts";
import type { Scope } from "../scope.ts";

const files = new Map([
  ["kestra:///full.txt", "hello"],
  ["kestra:///empty.txt", ""],
]);
const secrets = new Map([
  ["TOKEN", "s3cret"],
  ["LOGIN", '{"user": "me", "port": 5}'],
]);
const scope: Scope = {
  variables: {
    inputs: { name: "World" },
    vars: {
      greeting: "Hello {{ inputs.name }}",
      outer: "{{ vars.greeting }}!",
      endless: "{{ vars.endless }} x",
      deep: { a: ["{{ inputs.name }}"] },
      broken: "line one\n{{ inputs.nam }}",
    },
    envs: { home: "/root", blank: "" },
  },
  host: {
    read: (uri) => {
      const text = files.get(uri);
      return text === undefined
        ? Promise.reject(new Error(`No file ${uri}`))
        : Promise.resolve(text);
    },
    fileSize: (uri) => Promise.resolve(files.get(uri)?.length ?? null),
    secret: (key) => Promise.resolve(secrets.get(key) ?? null),
  },
  now: () => new Date("2024-05-06T07:08:09.123Z"),
};

const render = (expression: string): Promise<string> =>
  renderTemplate(`{{ ${expression} }}`, scope);

describe("a function gives what it says", () => {
  it.each([
    ["read('kestra:///full.txt')", "hello"],
    ["fileSize('kestra:///full.txt')", "5"],
    ["fileExists('kestra:///full.txt')", "true"],
    ["fileExists('kestra:///none.txt')", "false"],
    ["isFileEmpty('kestra:///empty.txt')", "true"],
    ["secret('TOKEN')", "s3cret"],
    ["secret('LOGIN', subkey='user')", "me"],
    ["secret('LOGIN', subkey='port')", "5"],
    ["vars.greeting", "Hello {{ inputs.name }}"],
    ["render(vars.greeting)", "Hello World"],
    ["render(vars.outer)", "Hello World!"],
    ["render(vars.outer, recursive=false)", "Hello {{ inputs.name }}!"],
    ["renderOnce(vars.outer)", "Hello {{ inputs.name }}!"],
    ["render(vars.deep)", '{"a":["World"]}'],
    ["env('HOME')", "/root"],
    ["env('blank', 'd') ~ env('none', 'd') ~ env('none')", "dd"],
    ["max([1, 3, 2]) ~ min('b', 'a')", "3a"],
    ["range(5, 1, -2)", "[5,3,1]"],
    ["range('a', 'c')", '["a","b","c"]'],
    ["json('[1]') | first", "1"],
    ["fromJson('null') ?? 'x'", "x"],
    ["randomInt(3, 4)", "3"],
    ["(printContext() | length) > 50", "true"],
  ])("%s", async (expression, expected) => {
    expect(await render(expression)).toBe(expected);
  });

  it.each([
    ["uuid()", /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/],
    ["id()", /^[\dA-Za-z]{22}$/],
    ["ksuid()", /^2[\dA-Za-z]{26}$/],
    ["nanoId()", /^[\w-]{21}$/],
    ["nanoId(5, 'ab')", /^[ab]{5}$/],
    ["randomPort()", /^(49[1-9]|5\d|6[0-5])\d+$/],
  ])("%s is random", async (expression, shape) => {
    const [first, second] = [await render(expression), await render(expression)];
    expect(first).toMatch(shape);
    expect(second).toMatch(shape);
  });

  it("the present moment is a date until it is shown", async () => {
    expect(await evaluateExpression("{{ now() }}", scope)).toEqual(scope.now());
  });
});

describe("a function that cannot do it says why, at its place", () => {
  it.each([
    ["secret('NONE')", /^`secret`: Cannot find secret for key 'NONE'\./],
    ["secret('TOKEN', subkey='x')", /^`secret`: The secret 'TOKEN' has no sub-keys/],
    [
      "secret('LOGIN', subkey='x')",
      /^`secret`: Cannot find secret sub-key 'x' in secret 'LOGIN'\.$/,
    ],
    ["read('kestra:///none.txt')", /^`read`: No file kestra:\/\/\/none.txt$/],
    ["fileSize('kestra:///none.txt')", /^`fileSize`: There is no file/],
    ["read('x', namespace='other')", /`namespace` is not supported yet/],
    ["kv('a')", /^`kv`: is not supported yet: it reads a key-value pair/],
    ["fromJson('{')", /^`fromJson`: The text is not valid JSON$/],
    ["fromJson(1)", /^`fromJson`: This needs a text, not a number/],
    ["yaml('a: [')", /^`yaml`: The text is not valid YAML$/],
    ["upper('a')", /it is a filter, write `… \| upper`/],
    ["'a' | secret", /it is a function, write `secret\(…\)`/],
    ["render(vars.endless)", /more than 100 levels|longer|after 100 rounds/],
    ["render(vars.broken)", /^`render`: Unable to find `nam` .* at line 2/],
    ["randomInt(2, 1)", /`upper` is less than `lower`/],
    ["max()", /no values to compare/],
  ])("%s", async (expression, message) => {
    await expect(render(expression)).rejects.toThrow(message);
    await expect(render(expression)).rejects.toMatchObject({ line: 1 });
  });

  it("without an execution, files and secrets are not known", async () => {
    const { variables, now } = scope;
    await expect(renderTemplate("{{ secret('TOKEN') }}", { variables, now })).rejects.toThrow(
      /only known while an execution runs/,
    );
  });

  it("an error never tells a value", async () => {
    const texts = [
      "fromJson(secret('TOKEN'))",
      "secret('TOKEN') | number",
      "secret('TOKEN') | date('y')",
      "secret('TOKEN') * 2",
      "yaml(secret('TOKEN') ~ ': [')",
      "secret('TOKEN') | jq('.')",
    ];
    for (const text of texts) {
      const error: unknown = await render(text).catch((reason: unknown) => reason);
      expect(String(error)).toMatch(/ExpressionError/);
      expect(String(error)).not.toContain("s3cret");
    }
  });
});
