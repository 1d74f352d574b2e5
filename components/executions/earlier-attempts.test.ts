import { expect, test } from "vitest";
import { aFailure, anAttempt, aTaskRun } from "./execution-fixture.ts";
import { platformText, whyTriedAgain } from "./earlier-attempts.ts";

const evicted = anAttempt({
  id: "1",
  state: "FAILED",
  failure: aFailure({ kind: "evicted", fault: "platform", message: "The pod was evicted." }),
});
const failed = anAttempt({ id: "2", number: 1, state: "FAILED", failure: aFailure() });
const latest = anAttempt({ id: "3", number: 2, failure: aFailure() });
const run = aTaskRun({ attempts: [evicted, failed, latest] });

test("an earlier attempt says why the task was tried again, and whose failure that was", () => {
  expect(whyTriedAgain(run, evicted)).toBe(
    "The pod was evicted. The platform failed, not the task: this counts as no retry.",
  );
  expect(whyTriedAgain(run, failed)).toBe("report exited with code 1.");
});

test("the latest attempt does not: its failure is the task's", () => {
  expect(whyTriedAgain(run, latest)).toBeNull();
  expect(whyTriedAgain(aTaskRun({ attempts: [evicted] }), evicted)).toBeNull();
});

test("a row counts the tries that the platform took", () => {
  expect(platformText(run)).toBe("platform failed once");
  const again = { ...evicted, id: "4" };
  expect(platformText(aTaskRun({ attempts: [evicted, again, latest] }))).toBe(
    "platform failed 2 times",
  );
  expect(platformText(aTaskRun({ attempts: [failed, latest] }))).toBeNull();
  expect(platformText(aTaskRun({ attempts: [evicted] }))).toBeNull();
});
