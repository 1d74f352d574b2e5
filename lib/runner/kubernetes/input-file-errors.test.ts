import { expect, test } from "vitest";
import { RunnerError } from "../contract.ts";
import { endedHelper, failedCommand, neverTaken, NotTakenError } from "./input-file-errors.ts";

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

test.each([
  [
    { exitCode: 137, reason: "OOMKilled" },
    "user",
    /was killed at its memory limit \(24Mi\) before/,
    /fileSidecar\.resources/,
  ],
  [{ exitCode: 137, reason: "Error" }, "platform", /ended with exit code 137 before/, /node/],
] as const)("a helper that ended by %j is why the files are not there", (...row) => {
  const [terminated, fault, message, remedy] = row;
  const files = { name: "files", resources: { limits: { memory: "24Mi" } } };
  const pod = {
    metadata: { name: "p", namespace: "n", uid: "u" },
    spec: { containers: [{ name: "main" }, files] },
    status: { containerStatuses: [{ name: "files", state: { terminated } }] },
  };
  const expected = { kind: "input-files", fault, isTransient: false };
  const failure = endedHelper(pod);
  expect(failure).toMatchObject(expected);
  expect(failure.message).toMatch(message);
  expect(failure.remedy).toMatch(remedy);
});

test("what a pod never takes ends the task, in the words of the last try", () => {
  expect(neverTaken(new NotTakenError("It stopped taking the file."))).toMatchObject({
    kind: "input-files",
    message: "The input files could not be put into the pod. It stopped taking the file.",
  });
});
