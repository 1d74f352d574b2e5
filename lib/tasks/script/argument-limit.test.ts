import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { scriptArgument } from "./argument-limit.ts";

const PADDING = `# ${"x".repeat(128 * 1024)}`;

test.each([[["/bin/sh", "-c"]], [["bash", "-ec"]]])(
  "a long script does with %j what it would do as an argument",
  async (interpreter) => {
    const folder = await mkdtemp(join(tmpdir(), "podflow script "));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const commands = "set -e\ncd /\nexport A=b\necho $0 $A $(pwd)\nsh -c 'exit 7'\necho never";
    const run = (text: string) =>
      spawnSync(interpreter[0] ?? "", [...interpreter.slice(1), text], { encoding: "utf8" });
    const short = run(commands);
    const long = scriptArgument(interpreter, `${PADDING}\n${commands}`, folder);
    for (const { path, content } of long.files) {
      if (content.kind === "text") await writeFile(join(folder, path), content.text);
    }
    const { stdout, stderr, status } = run(long.argument);
    expect({ stdout, stderr, status }).toEqual({
      stdout: `${interpreter[0]} b /\n`,
      stderr: "",
      status: 7,
    });
    expect(short).toMatchObject({ stdout, stderr, status });
  },
);
