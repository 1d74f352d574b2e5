import { describe, expect, test } from "vitest";
import { ROOT } from "../run.ts";
import {
  failureText,
  playwrightFailures,
  playwrightReport,
  runFailure,
  vitestFailures,
  vitestReport,
} from "./failures.ts";

const counts = { numPassedTests: 1, numPendingTests: 0, numTodoTests: 0 };

describe("the failures of vitest", () => {
  test("a failed test is named with its file and its message; one that passed is not", () => {
    const report = vitestReport.parse({
      ...counts,
      testResults: [
        {
          name: `${ROOT}/lib/a.test.ts`,
          status: "failed",
          message: "",
          assertionResults: [
            { fullName: "adds", status: "passed", failureMessages: [] },
            { fullName: "divides", status: "failed", failureMessages: ["expected 1 to be 2"] },
          ],
        },
      ],
    });
    expect(vitestFailures(report)).toEqual([
      { name: "lib/a.test.ts › divides", message: "expected 1 to be 2" },
    ]);
  });

  test("a file that cannot be run at all is named itself", () => {
    const report = vitestReport.parse({
      ...counts,
      testResults: [
        {
          name: `${ROOT}/lib/b.test.ts`,
          status: "failed",
          message: "no such module",
          assertionResults: [],
        },
      ],
    });
    expect(vitestFailures(report)).toEqual([{ name: "lib/b.test.ts", message: "no such module" }]);
  });
});

test("the failures of Playwright are found in suites of suites, also those that passed later", () => {
  const spec = (title: string, ok: boolean, messages: string[]) => ({
    title,
    file: "browser/live.spec.ts",
    line: 72,
    ok,
    tests: [{ results: [{ errors: messages.map((message) => ({ message })) }] }],
  });
  const report = playwrightReport.parse({
    stats: { expected: 1, skipped: 0 },
    errors: [{ message: "the server did not start" }],
    suites: [
      {
        specs: [spec("passes", true, []), spec("fails", false, ["not visible"])],
        suites: [{ specs: [spec("passes when tried again", true, ["too late"])] }],
      },
    ],
  });
  expect(playwrightFailures(report)).toEqual([
    { name: "browser/live.spec.ts:72 › fails", message: "not visible" },
    { name: "browser/live.spec.ts:72 › passes when tried again", message: "too late" },
    { name: "browser", message: "the server did not start" },
  ]);
});

test("the end of a run that names no test is shown without colours and libraries' frames", () => {
  const printed = [
    ...Array.from({ length: 100 }, (_, line) => `line ${line}`),
    "\u001b[31mUnhandled Rejection\u001b[39m",
    " ❯ node_modules/vitest/dist/run.js:1:1",
  ].join("\n");
  const text = failureText(runFailure("unit", printed));
  expect(text.split("\n")[0]).toBe("FAIL  unit");
  expect(text).toContain("line 99\n      Unhandled Rejection");
  expect(text).not.toContain("line 41\n");
  expect(text).not.toContain("node_modules");
});
