import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_PROTOCOL_CHARACTERS, readProtocolLine } from "./stdout-protocol.ts";

describe("a line of a task's output", () => {
  test.each([
    "hello",
    ' ::{"outputs":{}}::',
    '::{"outputs":{}}:: ',
    '::{"outputs":{}}',
    "::[1]::",
    "::::",
    "",
  ])("%j is an ordinary line", (line) => {
    expect(readProtocolLine(line)).toBeNull();
  });

  test.each([
    [
      '::{"outputs":{"a":1,"b":null,"c":{"d":[true]}}}::',
      { outputs: { a: 1, b: null, c: { d: [true] } } },
    ],
    ["::{}::", {}],
    ['::{"assets":[1],"other":2}::', {}],
    ['::{"outputs":null}::', {}],
    [
      '::{"metrics":[{"name":"rows","type":"counter","value":3,"tags":{"table":"a","n":1}}]}::',
      { metrics: [{ name: "rows", type: "counter", value: 3, tags: { table: "a", n: "1" } }] },
    ],
    [
      '::{"metrics":[{"name":"t","type":"timer","value":1.5}]}::',
      { metrics: [{ name: "t", type: "timer", value: 1.5, tags: {} }] },
    ],
    ['::{"logs":[{"level":"WARN","message":"m"}]}::', { logs: [{ level: "WARN", message: "m" }] }],
    ['::{"logs":[{"level":"warning","message":1}]}::', { logs: [{ level: "WARN", message: "1" }] }],
    ['::{"logs":[{"message":"m"}]}::', { logs: [{ level: "INFO", message: "m" }] }],
  ])("%s is read", (line, message) => {
    expect(readProtocolLine(line)).toEqual(message);
  });

  test.each([
    "::{not json}::",
    '::{"outputs":[1]}::',
    '::{"outputs":"a"}::',
    '::{"metrics":{}}::',
    '::{"metrics":[{"type":"counter","value":1}]}::',
    '::{"metrics":[{"name":"a","value":1}]}::',
    '::{"metrics":[{"name":"a","type":"histogram","value":1}]}::',
    '::{"metrics":[{"name":"a","type":"counter","value":null}]}::',
    '::{"logs":[{"level":"LOUD","message":"m"}]}::',
  ])("%s is reported as invalid", (line) => {
    expect(readProtocolLine(line)).toEqual({ invalid: expect.stringMatching(/^Invalid outputs/) });
  });

  test("over the limit is refused with the limit named", () => {
    const line = `::${JSON.stringify({ outputs: { a: "x".repeat(MAX_PROTOCOL_CHARACTERS) } })}::`;
    expect(readProtocolLine(line)).toEqual({ invalid: expect.stringContaining("1,048,576") });
  });

  test("with any outputs gives them back unchanged", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (outputs) => {
        const line = `::${JSON.stringify({ outputs })}::`;
        expect(readProtocolLine(line)).toEqual({ outputs: JSON.parse(JSON.stringify(outputs)) });
      }),
    );
  });
});
