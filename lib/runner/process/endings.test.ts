import { expect, test } from "vitest";
import { endingOfExit, endingOfFailedSpawn, endingOfStop } from "./endings.ts";

test.for([
  ["sh: 1: python: not found", "python"],
  ["/bin/sh: 3: Rscript: not found", "Rscript"],
  ["bash: line 1: jq: command not found", "jq"],
  ["main.sh: line 12: ./tool: No such file or directory", "./tool"],
  ["zsh: command not found: node\nsh: node: not found", "node"],
])("exit code 127 after %j says that %s is missing", ([lastErrors, name]) => {
  const ending = endingOfExit(127, null, lastErrors ?? "");
  expect(ending.message).toBe(`${name} is not installed on this machine (exit code 127).`);
  expect(ending).toMatchObject({ kind: "exit", exitCode: 127 });
  expect(ending.evidence).not.toBe("");
});

test("exit code 127 without a word is told as it is", () => {
  expect(endingOfExit(127, null, "boom").message).toBe("The command ended with exit code 127.");
});

test.for([
  ["SIGKILL", 137, "memory"],
  ["SIGSEGV", 139, "log"],
] as const)("%s is exit code %i and the remedy speaks of %s", ([signal, exitCode, word]) => {
  const ending = endingOfExit(null, signal, "");
  expect(ending).toMatchObject({ kind: "signal", exitCode });
  expect(ending.remedy).toContain(word);
});

test.for([
  [{ kind: "stopped", graceSeconds: 3 }, "deleted", "platform"],
  [{ kind: "shutdown" }, "preempted", "platform"],
  [{ kind: "timeout", seconds: 60 }, "timeout", "user"],
  [{ kind: "disk-full", folder: "/data" }, "volume", "platform"],
] as const)("code that was ended (%o) with exit code 0 is no success", ([reason, kind, fault]) => {
  const ending = endingOfStop(reason, 0);
  expect(ending).toMatchObject({ kind, fault });
  expect(ending.remedy).not.toBe("");
});

test.for(["ENOENT", "EACCES", "E2BIG", "EAGAIN", "EINVAL"])(
  "a program that cannot be started for %s is told with a remedy",
  (code) => {
    const ending = endingOfFailedSpawn("tool", Object.assign(new Error(`spawn ${code}`), { code }));
    expect(ending).toMatchObject({ kind: "config", mainStarted: false, exitCode: null });
    expect(ending.remedy).not.toBe("");
    expect(ending.evidence).toContain(code);
  },
);
