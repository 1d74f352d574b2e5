import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { beginMark, hasBeginMark, markedCommand } from "./begin-mark.ts";

/** Without standard input, as in a container: bash takes a socket for rshd's and reads ~/.bashrc. */
function run(command: string[], env: Record<string, string> = {}): ReturnType<typeof spawnSync> {
  const [program = "", ...rest] = markedCommand(command, "a1");
  return spawnSync(program, rest, {
    encoding: "utf8",
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

describe.each(["/bin/sh", "/bin/bash"])("a command of %s that prints the mark first", (shell) => {
  test("prints what it would have printed, behind the mark", () => {
    const { stdout, stderr } = run([shell, "-c", 'echo "$0 $1"; echo oops >&2', "zero", "it's $1"]);
    expect(stdout).toBe(`${beginMark("a1")}\nzero it's $1\n`);
    expect(stderr).toBe("oops\n");
  });

  test("ends as it would have ended", () => {
    expect(run([shell, "-c", "exit 7"])).toMatchObject({ status: 7 });
    expect(run([shell, "-c", "kill -TERM $$"])).toMatchObject({ signal: "SIGTERM" });
  });
});

describe("a script of ours that prints the mark itself", () => {
  const script = (text: string): string[] => ["/bin/sh", "-c", `set -e\n${text}`];

  test("is one process and no second shell", () => {
    expect(markedCommand(script("true"), "a1")).toEqual([
      "/bin/sh",
      "-c",
      `echo '${beginMark("a1")}'; set -e\ntrue`,
    ]);
  });

  test.each([
    { text: "echo ran; false; echo more", stdout: "ran\n", status: 1 },
    { text: "exit 7", stdout: "", status: 7 },
    { text: "cat <<'END'\n$0\nEND", stdout: "$0\n", status: 0 },
    { text: "# only a remark", stdout: "", status: 0 },
  ])("does what it would have done: $text", ({ text, stdout, status }) => {
    const marked = `${beginMark("a1")}\n${stdout}`;
    expect(run(script(text))).toMatchObject({ status, stdout: marked });
    expect(spawnSync("/bin/sh", script(text).slice(1), { encoding: "utf8" })).toMatchObject({
      status,
      stdout,
    });
  });

  test.each(["no-such-program", "if true; then", "echo $LINENO >&2"])(
    "says the same of the same line: %s",
    (text) => {
      const plain = spawnSync("/bin/sh", script(text).slice(1), { encoding: "utf8" });
      expect(run(script(text)).stderr).toBe(plain.stderr);
      expect(plain.stderr).not.toBe("");
    },
  );

  test("prints the mark also where the rest cannot be read", () => {
    expect(run(script(")")).stdout).toBe(`${beginMark("a1")}\n`);
  });
});

test.each([
  { why: "whose first line may be none that can be read", command: ["/bin/sh", "-c", "echo (\n"] },
  { why: "that reads files before it", command: ["/bin/sh", "-lc", "set -e\ntrue"] },
  { why: "of bash, which may read one", command: ["/bin/bash", "-c", "set -e\ntrue"] },
  { why: "with words of its own", command: ["/bin/sh", "-c", "set -e\ntrue", "zero"] },
  {
    why: "that is as long as an argument may be",
    command: ["/bin/sh", "-c", `set -e\n${":".repeat(128 * 1024 - 9)}`],
  },
])("a script $why stays as it is, behind a shell of its own", ({ command }) => {
  const marked = markedCommand(command, "a1");
  expect(marked.slice(-command.length)).toEqual(command);
  expect(hasBeginMark(marked, "a1")).toBe(true);
});

test("bash reads the file in BASH_ENV once, behind the mark", () => {
  const folder = mkdtempSync(join(tmpdir(), "podflow-mark-"));
  const file = join(folder, "env.sh");
  writeFileSync(file, "echo read\n");
  const { stdout } = run(["/bin/bash", "-c", "echo ran"], { BASH_ENV: file });
  expect(stdout).toBe(`${beginMark("a1")}\nread\nran\n`);
  rmSync(folder, { recursive: true });
});

test("the mark is known in a pod's command, and only that of its attempt", () => {
  const command = markedCommand(["/bin/sh", "-c", "true"], "a1");
  expect(hasBeginMark(command, "a1")).toBe(true);
  expect(hasBeginMark(command, "a2")).toBe(false);
  expect(hasBeginMark(["/app"], "a1")).toBe(false);
  expect(hasBeginMark(undefined, "a1")).toBe(false);
});
