import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { sha256, type StageTest } from "./stage.ts";

/** How files come back. */
export function outputFileCases(test: StageTest): void {
  test("only the chosen files are received, with their size and SHA-256", async ({ actor }) => {
    const { handle } = await actor.run(
      String.raw`mkdir -p sub/deep; echo one > one.txt; echo two > sub/deep/two.txt; printf '\377\001' > "b ü.bin"; printf '' > empty; mkdir nothing`,
      { keepsFiles: true },
    );
    const wanted = ["b ü.bin", "empty", "sub/deep/two.txt"];
    const { listed, files, contents } = await actor.collect(handle, (path) =>
      wanted.includes(path),
    );
    expect(listed).toEqual(["b ü.bin", "empty", "one.txt", "sub/deep/two.txt"]);
    expect([...contents.keys()].toSorted()).toEqual(wanted);
    expect(contents.get("sub/deep/two.txt")?.toString()).toBe("two\n");
    expect(contents.get("b ü.bin")).toEqual(Buffer.from([0xff, 0x01]));
    const expected = wanted.map((path) => {
      const bytes = contents.get(path) ?? Buffer.alloc(0);
      return { path, size: bytes.length, sha256: sha256(bytes), isExecutable: false };
    });
    expect(files.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual(expected);
    const second = await actor.collect(handle, () => false);
    expect(second.files).toEqual([]);
  });

  test("a file that may be executed comes as such, and links as the files that they lead to", async ({
    actor,
  }) => {
    const { handle } = await actor.run(
      [
        "mkdir -p sub",
        "echo tool > tool.sh; chmod +x tool.sh; echo plain > sub/plain.txt",
        "ln -s ../tool.sh sub/link; ln -s sub/link second; ln -s sub folder; ln -s missing dangling",
        "ln -s /etc/passwd outside; ln -s ../../../etc/passwd sub/up; ln -s /etc etc",
        'ln -s "$WORKING_DIR/sub/plain.txt" absolute',
      ].join("\n"),
      { keepsFiles: true },
    );
    const { listed, refused, files, contents } = await actor.collect(handle, () => true);
    const executable = ["second", "sub/link", "tool.sh"];
    expect(listed).toEqual(["absolute", "sub/plain.txt", ...executable].toSorted());
    const told = files.filter(({ isExecutable }) => isExecutable).map(({ path }) => path);
    expect(told.toSorted()).toEqual(executable);
    for (const path of executable) expect(contents.get(path)?.toString()).toBe("tool\n");
    expect(contents.get("absolute")?.toString()).toBe("plain\n");
    const out = (target: string): string =>
      `is a link to ${target} and leads out of the working directory`;
    expect(refused).toEqual([
      { path: "etc", why: out("/etc") },
      { path: "outside", why: out("/etc/passwd") },
      { path: "sub/up", why: out("../../../etc/passwd") },
    ]);
  });

  test("the outputs of a failed run are there", async ({ actor }) => {
    const { handle, ending } = await actor.run("echo partial > result.txt; exit 4", {
      keepsFiles: true,
    });
    expect(ending.exitCode).toBe(4);
    const { contents } = await actor.collect(handle, () => true);
    expect(contents.get("result.txt")?.toString()).toBe("partial\n");
  });

  test("the output folder is there, and both folders are where the environment says", async ({
    actor,
  }) => {
    const { handle, text, spec } = await actor.run(
      'pwd; echo in > "$WORKING_DIR/in.txt"; echo out > "$OUTPUT_DIR/out.txt"',
      { keepsFiles: true, hasOutputDir: true },
    );
    const workspace = actor.runner.workspace(spec.attemptId);
    expect(text).toEqual([workspace.workingDir]);
    const below = workspace.outputDir.slice(workspace.workingDir.length + 1);
    const { listed, contents } = await actor.collect(handle, () => true);
    expect(listed).toEqual(["in.txt", `${below}/out.txt`].toSorted());
    expect(contents.get(`${below}/out.txt`)?.toString()).toBe("out\n");
  });

  test("a slow reader gets every byte, and the next file comes after it", async ({ actor }) => {
    const { handle } = await actor.run(
      `a=0123456789abcdef; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do a=$a$a; done; echo $a > big.txt; echo small > small.txt`,
      { keepsFiles: true },
    );
    const received: string[] = [];
    let size = 0;
    await actor.runner.collect(
      handle,
      {
        choose: () => ["big.txt", "small.txt"],
        receive: async (file) => {
          let chunks = 0;
          for await (const chunk of file.body) {
            if (file.path === "big.txt") size += chunk.length;
            chunks += 1;
            if (chunks % 4 === 0) await pause(20);
          }
          received.push(file.path);
        },
      },
      actor.signal,
    );
    expect(received).toEqual(["big.txt", "small.txt"]);
    expect(size).toBe(16 * 2 ** 17 + 1);
  });

  test("an error of the receiver is told as it is, and the files can still be had", async ({
    actor,
  }) => {
    const { handle } = await actor.run("echo kept > kept.txt", { keepsFiles: true });
    const full = new Error("the disk is full");
    const failing = actor.runner.collect(
      handle,
      { choose: () => ["kept.txt"], receive: () => Promise.reject(full) },
      actor.signal,
    );
    await expect(failing).rejects.toBe(full);
    const { contents } = await actor.collect(handle, () => true);
    expect(contents.get("kept.txt")?.toString()).toBe("kept\n");
  });

  test("200 files come back", async ({ actor }) => {
    const { handle } = await actor.run(
      'i=0; while [ $i -lt 200 ]; do echo "content $i" > "file-$i.txt"; i=$((i+1)); done',
      { keepsFiles: true },
    );
    const { files, contents } = await actor.collect(handle, () => true);
    expect(files).toHaveLength(200);
    expect(contents.get("file-137.txt")?.toString()).toBe("content 137\n");
  });

  test("files of a program that still runs can be had", async ({ actor }) => {
    const spec = actor.spec("echo early > early.txt; echo written; sleep 80", { keepsFiles: true });
    const handle = await actor.start(spec);
    await actor.waitForLine(handle, "written");
    const { contents } = await actor.collect(handle, () => true);
    expect(contents.get("early.txt")?.toString()).toBe("early\n");
  });
}
