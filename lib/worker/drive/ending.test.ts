import { describe, expect, it } from "vitest";
import type { Failure } from "#lib/core/failure.ts";
import { mayRepeat } from "./ending.ts";

const failed = (kind: Failure["kind"], fault: Failure["fault"] = "platform"): Failure => ({
  kind,
  message: "",
  remedy: "",
  evidence: "",
  fault,
  exitCode: null,
  line: null,
});
const never = { mainStarted: false, isOver: true, hasRetry: false };
const begun = { mainStarted: true, isOver: true, hasRetry: false };

describe("a platform failure is repeated", () => {
  const cases: [string, Failure, typeof never, boolean][] = [
    ["when the code never began", failed("lost"), never, true],
    ["when the code was evicted", failed("evicted"), begun, true],
    ["when the node was lost", failed("node-lost"), begun, true],
    ["not when somebody deleted what ran", failed("deleted"), begun, false],
    [
      "also then when the task may be retried",
      failed("deleted"),
      { ...begun, hasRetry: true },
      true,
    ],
    ["not while the run may still live", failed("lost"), { ...never, isOver: false }, false],
    ["whatever it was, when the code never began", failed("config"), never, true],
    ["not for a cause that stays, once the code began", failed("lost"), begun, false],
    ["not when the disk is full after the code ran", failed("storage"), begun, false],
    ["not when it is the user's own", failed("image", "user"), never, false],
  ];
  it.each(cases)("%s", (_title, failure, run, expected) => {
    expect(mayRepeat(failure, run)).toBe(expected);
  });
});
