import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { inLines, inputFile, type StageTest } from "./stage.ts";

const ODD_NAMES = [
  'it\'s "quoted"',
  "line\nend",
  " blank at both ends ",
  "tab\there",
  "$HOME `id` %s \\n *",
  "-rf",
  "--help",
  // The same to the eye, and two files to Linux.
  "é.txt".normalize("NFC"),
  "é.txt".normalize("NFD"),
  "🙂",
  "...",
  "a' -> 'b",
  `${"n".repeat(251)}.txt`,
  "漢".repeat(85),
  `${"folder/".repeat(20)}file`,
];

/** How files reach the program. */
export function inputFileCases(test: StageTest): void {
  test("input files of every kind arrive byte for byte, and outputs return byte for byte", async ({
    actor,
  }) => {
    const inputs = [
      inputFile("small.txt", "hello\n"),
      inputFile("nested/deep/file.txt", "deep, no line end"),
      inputFile("empty", ""),
      inputFile(".hidden", "dot\n"),
      inputFile("tool.sh", "#!/bin/sh\necho tool\n", true),
      inputFile("name with spaces Grüße 漢字.txt", "spaces\n"),
      ...ODD_NAMES.map((name) => inputFile(name, `I am ${name}`)),
      inputFile("data.bin", randomBytes(300 * 1024 + 17)),
    ];
    const result = await actor.run(
      [
        "pwd",
        "cat small.txt",
        "[ -x tool.sh ] && echo executable",
        "[ -x small.txt ] || echo plain",
        "[ -f empty ] && echo there",
        'cat "name with spaces Grüße 漢字.txt"',
        "cp data.bin copy.bin",
      ].join("\n"),
      { inputFiles: inputs, keepsFiles: true },
    );
    expect(result.ending).toMatchObject({ kind: "exit", exitCode: 0 });
    const { workingDir } = actor.runner.workspace(result.spec.attemptId);
    expect(result.text).toEqual([workingDir, "hello", "executable", "plain", "there", "spaces"]);

    const { listed, files, contents } = await actor.collect(result.handle, () => true);
    expect(listed).toEqual([...inputs.map((file) => file.path), "copy.bin"].toSorted());
    for (const input of inputs) {
      const found = files.find((file) => file.path === input.path);
      const { path, size, sha256, isExecutable } = input;
      expect(found).toEqual({ path, size, sha256, isExecutable });
      const expected = Buffer.concat(await Array.fromAsync(input.open()));
      expect(contents.get(input.path)?.equals(expected)).toBe(true);
    }
    expect(files.find((file) => file.path === "copy.bin")?.sha256).toBe(inputs.at(-1)?.sha256);
  });

  test("the program waits until its files are there, and bringing them twice changes nothing", async ({
    actor,
  }) => {
    const file = inputFile("big.bin", randomBytes(700 * 1024));
    const spec = actor.spec("cat marker.txt; cp big.bin out.bin", {
      inputFiles: [file, inputFile("marker.txt", "arrived\n")],
      keepsFiles: true,
    });
    const handle = await actor.start(spec);
    await pause(300);
    let progress = 0;
    await actor.runner.deliver(handle, spec, actor.signal, (done) => {
      expect(done).toBeGreaterThanOrEqual(progress);
      progress = done;
    });
    const other = await actor.place.another();
    await other.deliver(handle, spec, actor.signal);
    const { ending } = await actor.watch(handle);
    expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
    expect(inLines(await actor.follow(handle, null)).text).toEqual(["arrived"]);
    expect(progress).toBeLessThanOrEqual(file.size + 8);
    const { files } = await actor.collect(handle, (path) => path === "out.bin");
    const { size, sha256 } = file;
    expect(files).toEqual([{ path: "out.bin", size, sha256, isExecutable: false }]);
    await other.close();
  });

  test("an input file whose bytes are not those announced is refused", async ({ actor }) => {
    const honest = inputFile("data.bin", randomBytes(500 * 1024));
    const spec = actor.spec("echo ran", {
      inputFiles: [{ ...honest, sha256: "0".repeat(64) }],
    });
    const attempt = async (): Promise<void> => {
      const handle = await actor.start(spec);
      await actor.runner.deliver(handle, spec, actor.signal);
    };
    await expect(attempt()).rejects.toMatchObject({ name: "RunnerError", kind: "input-files" });
  });

  test.for(["../escape.txt", "/absolute.txt", "a/../../escape.txt"])(
    "an input file called %s is refused before anything starts",
    async (path, { actor }) => {
      const spec = actor.spec("echo ran", { inputFiles: [inputFile(path, "x")] });
      await expect(actor.start(spec)).rejects.toMatchObject({
        name: "RunnerError",
        kind: "input-files",
        fault: "user",
      });
    },
  );
}
