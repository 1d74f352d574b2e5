import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { waitingSteps, WAITS_FOR_FILES } from "./helper-script.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "podflow-waiting-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(["/bin/sh", "/bin/bash"])("main in %s behind the gate", (shell) => {
  function waiting(messagePath = join(folder, "message")) {
    const script = [...waitingSteps(folder, messagePath), "echo ran"].join("\n");
    const process = spawn(shell, ["-c", script], { stdio: ["ignore", "pipe", "pipe"] });
    const read = (stream: typeof process.stdout) => stream.setEncoding("utf8").toArray();
    return { process, told: Promise.all([read(process.stdout), read(process.stderr)]) };
  }
  const message = () => readFileSync(join(folder, "message"), { encoding: "utf8", flag: "a+" });
  const openGate = () => {
    const gate = join(folder, "gate");
    execFileSync("/bin/sh", ["-c", `mkfifo ${gate} && echo open > ${gate}`]);
  };

  test("says that it waits, also when it is ended then", async () => {
    const { process } = waiting();
    await expect.poll(message).toBe(`${WAITS_FOR_FILES}\n`);
    process.kill("SIGKILL");
    await once(process, "exit");
    expect(message()).toBe(`${WAITS_FOR_FILES}\n`);
  });

  test("says nothing of it once it has begun", async () => {
    const { told } = waiting();
    await expect.poll(message).not.toBe("");
    openGate();
    expect(await told).toEqual([["ran\n"], []]);
    expect(message()).toBe("");
  });

  test("begins all the same where it cannot say so", async () => {
    const { told } = waiting(join(folder, "no-such-folder", "message"));
    openGate();
    expect(await told).toEqual([["ran\n"], []]);
  });
});
