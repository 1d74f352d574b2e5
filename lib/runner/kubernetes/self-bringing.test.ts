import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { markedCommand } from "./begin-mark.ts";
import { SELF_FAILED, selfBringingSteps } from "./self-bringing.ts";

const run = promisify(execFile);

async function bringIn(
  shell: string,
  files: { path: string; bytes: Uint8Array }[],
  folders: string[] = [],
): Promise<{ stdout: string; found: Buffer[] }> {
  const folder = await mkdtemp(join(tmpdir(), "podflow-bringing-"));
  try {
    const steps = selfBringingSteps({ folders, files });
    const command = [shell, "-c", "echo ran; umask"];
    const [program = "", ...rest] = markedCommand(command, "a1", steps);
    const { stdout: all } = await run(program, rest, { cwd: folder });
    const stdout = all.replace("podflow: the log of attempt a1 begins here\n", "");
    const found = await Promise.all(files.map(({ path }) => readFile(join(folder, path))));
    return { stdout, found };
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.each(["/bin/sh", "/bin/bash"])(
  "%s writes any bytes as they are, and then runs the command",
  async (shell) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 500 }), { minLength: 1, maxLength: 4 }),
        async (all) => {
          const files = all.map((bytes, index) => ({ path: `file ${index}`, bytes }));
          const { found, stdout } = await bringIn(shell, files);
          expect(found.map((bytes) => [...bytes])).toEqual(all.map((bytes) => [...bytes]));
          expect(stdout).toMatch(/^ran\n/);
        },
      ),
      { numRuns: 25 },
    );
  },
);

test.each(["-n", "it's", 'a"b', "$HOME", "line\nend", "ü 漢", "`id`", "%s\\n"])(
  "a file called %j is written under that name",
  async (name) => {
    const bytes = Buffer.from("-e %d \\n $(id) 'x'\n");
    const { found } = await bringIn(
      "/bin/sh",
      [
        { path: `sub/${name}`, bytes },
        { path: name, bytes },
      ],
      ["sub"],
    );
    expect(found).toEqual([bytes, bytes]);
  },
);

test("the program keeps the umask it would have had", async () => {
  const bytes = Buffer.from("x");
  const { stdout } = await bringIn("/bin/sh", [{ path: "a", bytes }]);
  const plain = await run("/bin/sh", ["-c", "umask"]);
  expect(stdout).toBe(`ran\n${plain.stdout}`);
});

test("a file that cannot be written keeps the program from running, and is told", async () => {
  const folder = await mkdtemp(join(tmpdir(), "podflow-bringing-"));
  const messagePath = join(folder, "message");
  const steps = selfBringingSteps({
    folders: [],
    files: [{ path: "no/such/folder", bytes: Buffer.from("x") }],
    messagePath,
  });
  const command = markedCommand(["/bin/sh", "-c", "echo ran"], "a1", steps);
  const failed = run(command[0] ?? "", command.slice(1), { cwd: folder });
  await expect(failed).rejects.toMatchObject({
    code: 41,
    stdout: expect.not.stringContaining("ran"),
  });
  expect(await readFile(messagePath, "utf8")).toBe(`${SELF_FAILED}\n`);
  await rm(folder, { recursive: true });
});
