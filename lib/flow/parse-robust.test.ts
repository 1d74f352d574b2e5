import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { HEAD, single, SHELL, TASKS } from "./one-problem.fixture.ts";
import { parseFlow } from "./parse.ts";

const only = (source: string) => single(parseFlow(source, catalogue).problems);

describe("reading", () => {
  test("keeps numbers as they were written where text is wanted", () => {
    const { flow } = parseFlow(
      `${HEAD}${TASKS}    env: {A: 3.10, B: 1e3, C: true, D: 007}\n`,
      catalogue,
    );
    expect(flow?.tasks[0]?.properties["env"]).toEqual({ A: "3.10", B: "1e3", C: "true", D: "007" });
  });

  test("takes a property without a value for one that is not there", () => {
    const source = `${HEAD}description:\ninputs:\nlabels:\n${TASKS}    env:\n    timeout:\n`;
    expect(parseFlow(source, catalogue)).toMatchObject({
      problems: [],
      flow: { inputs: [], labels: {} },
    });
  });

  test("understands labels as a list, anchors and merged maps", () => {
    const source = `${HEAD}labels:\n  - {key: team, value: a}\nvariables:\n  base: &base {A: x}\n${TASKS}    env:\n      <<: *base\n      B: y\n`;
    const { flow } = parseFlow(source, catalogue);
    expect(flow?.labels).toEqual({ team: "a" });
    expect(flow?.tasks[0]?.properties["env"]).toEqual({ A: "x", B: "y" });
  });

  test.each([
    [
      "{type: constant, interval: PT5S, maxAttempt: 3}",
      { type: "constant", intervalMs: 5000, maxAttempts: 3 },
    ],
    [
      "{type: exponential, interval: PT1S, maxInterval: PT1M}",
      {
        type: "exponential",
        intervalMs: 1000,
        maxIntervalMs: 60_000,
        delayFactor: 2,
        maxAttempts: null,
      },
    ],
    [
      "{type: random, minInterval: PT1S, maxInterval: PT9S, maxDuration: PT1H, warningOnRetry: true}",
      {
        type: "random",
        minIntervalMs: 1000,
        maxIntervalMs: 9000,
        maxDurationMs: 3_600_000,
        warningOnRetry: true,
      },
    ],
  ])("turns retry %s into milliseconds", (retry, read) => {
    const { flow } = parseFlow(`${HEAD}${TASKS}    retry: ${retry}\n`, catalogue);
    expect(flow?.tasks[0]?.retry).toMatchObject(read);
  });

  test("refuses 10 MB with the limit named", () => {
    const problem = only(`${HEAD}description: ${"x".repeat(10_000_000)}\n${TASKS}`);
    expect(problem).toMatchObject({
      code: "too-large",
      message: expect.stringMatching(/10,000,\d+ .*1 MiB/),
    });
  });

  test.each([
    ["brackets", "[".repeat(200_000)],
    ["braces", "{a: ".repeat(100_000)],
    ["dashes", "- ".repeat(50_000)],
  ])("refuses %s that are nested too deeply", (_, source) => {
    const { flow, problems } = parseFlow(source, catalogue);
    expect(flow).toBeNull();
    expect(problems[0]?.severity).toBe("error");
  });

  test("refuses aliases that multiply", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 9; level += 1) {
      const alias = `*a${level - 1}`;
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => alias).join(", ")}]`);
    }
    expect(only(`variables:\n${lines.map((line) => `  ${line}`).join("\n")}`).message).toMatch(
      /aliases/,
    );
  });

  test("never throws, whatever the text", () => {
    const piece = fc.constantFrom(
      "id: a\n",
      "tasks:\n",
      "  - id: t\n",
      `    type: ${SHELL}\n`,
      "    commands:\n",
      "      - x\n",
      "inputs:\n",
      "{{",
      "}}",
      "{",
      "[",
      "]",
      "- ",
      ": ",
      "'",
      '"',
      "|\n",
      "&a ",
      "*a",
      "<<: ",
      "!!x ",
      "\t",
      "\n",
      "__proto__: ",
      "constructor: 1\n",
      "~",
      "null",
      "? ",
      "# ",
      "%",
      "---\n",
      "{% if %}",
      "0x1",
      "\u0000",
      "😀",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.array(piece, { maxLength: 25 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (source) => {
        const { flow, problems } = parseFlow(source, catalogue);
        const hasErrors = problems.some(
          ({ severity, code }) => severity === "error" && code !== "unsupported",
        );
        expect(flow === null).toBe(hasErrors);
        for (const { range } of problems) {
          expect(range.startLine).toBeGreaterThan(0);
          expect(range.startColumn).toBeGreaterThan(0);
          expect(range.endLine).toBeLessThanOrEqual(source.split(/\n/).length);
        }
      }),
      { numRuns: 400 },
    );
  });
});
