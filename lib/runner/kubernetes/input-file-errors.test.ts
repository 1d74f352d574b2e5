import { expect, test } from "vitest";
import { RunnerError } from "../contract.ts";
import { failedCommand } from "./input-file-errors.ts";

test.each([137, 143])(
  "a command that ended with its helper (%i) is asked about again, and nobody's fault",
  (exitCode) => {
    expect(failedCommand({ exitCode, stderr: "" })).not.toBeInstanceOf(RunnerError);
  },
);

test("a command that says why it failed is refused for that", () => {
  expect(failedCommand({ exitCode: 1, stderr: "tar: No space left on device\n" })).toMatchObject({
    kind: "input-files",
    fault: "platform",
    evidence: "tar: No space left on device",
  });
});
