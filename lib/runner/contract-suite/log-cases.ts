import { expect } from "vitest";
import type { LogBatch } from "../contract.ts";
import { inLines, type StageTest } from "./stage.ts";

const MAXIMUM_BATCH = 1024 * 1024 + 256 * 1024;

/** What the log of a run must keep. */
export function logCases(test: StageTest): void {
  test("lines of stdout and stderr arrive, apart where the place tells them apart", async ({
    actor,
  }) => {
    const { lines, text } = await actor.run("echo out; sleep 0.2; echo err >&2");
    expect(text).toEqual(["out", "err"]);
    expect(["stdout", null]).toContain(lines[0]?.stream);
    expect(["stderr", null]).toContain(lines[1]?.stream);
  });

  test("empty lines, spaces, tabs, Unicode and carriage returns are kept exactly", async ({
    actor,
  }) => {
    const { text } = await actor.run(
      String.raw`printf 'a  b\tc\n\n  indented \n\ttab\n\nGrüße 漢字 🙂\ncr\rinside\r\n\n'`,
    );
    const lines = ["a  b\tc", "", "  indented ", "\ttab", "", "Grüße 漢字 🙂"];
    // Container runtimes drop a carriage return before a line end (containerd's readLine).
    expect([
      [...lines, "cr\rinside\r", ""],
      [...lines, "cr\rinside", ""],
    ]).toContainEqual(text);
  });

  test("bytes that are no text are kept exactly", async ({ actor }) => {
    const { bytes } = await actor.run(String.raw`printf 'x\377\376\200y\nnext\n'`);
    expect(bytes).toEqual(["x\xff\xfe\x80y", "next"]);
  });

  test("a last line without a line end is kept", async ({ actor }) => {
    const { text } = await actor.run(String.raw`printf 'one\ntwo'`);
    expect(text).toEqual(["one", "two"]);
  });

  test("a run that prints nothing has an empty log", async ({ actor }) => {
    const { lines } = await actor.run("exit 0");
    expect(lines).toEqual([]);
  });

  test("every line has the moment it was printed", async ({ actor }) => {
    const before = Date.now();
    const { lines } = await actor.run("echo one; sleep 1; echo two");
    const [first, second] = lines.map((line) => line.time.getTime());
    expect(Number(second) - Number(first)).toBeGreaterThan(500);
    expect(Number(second) - Number(first)).toBeLessThan(10_000);
    expect(Math.abs(Number(first) - before)).toBeLessThan(120_000);
  });

  test("10,000 lines at once arrive once each, in order, and can be resumed anywhere", async ({
    actor,
  }) => {
    const { text, batches, handle } = await actor.run(
      `pad=${"x".repeat(110)}; i=0; while [ $i -lt 10000 ]; do i=$((i+1)); echo "$i $pad"; done`,
    );
    expect(text.map((line) => Number(line.split(" ")[0]))).toEqual(
      Array.from({ length: 10_000 }, (_, index) => index + 1),
    );
    for (const batch of batches) expect(sizeOf(batch)).toBeLessThan(MAXIMUM_BATCH);
    const middle = Math.floor((batches.length - 1) / 2);
    for (const index of new Set([0, middle, batches.length - 1])) {
      const seen = inLines(batches.slice(0, index + 1)).text;
      const rest = await actor.follow(handle, batches[index]?.cursor ?? null);
      expect([...seen, ...inLines(rest).text]).toEqual(text);
    }
  });

  test("a line of more than 200 KB stays one line", async ({ actor }) => {
    const doublings = Array.from({ length: 15 }, () => "line=$line$line").join("; ");
    const { text } = await actor.run(`line=0123456789; ${doublings}; echo $line; echo after`);
    expect(text).toHaveLength(2);
    expect(text[0] === "0123456789".repeat(2 ** 15)).toBe(true);
    expect(text[1]).toBe("after");
  });

  test("another runner goes on from a stored cursor without loss or repeat", async ({ actor }) => {
    const spec = actor.spec(
      'i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo "line $i"; sleep 0.05; done',
    );
    const handle = await actor.start(spec);
    const first: LogBatch[] = [];
    for await (const batch of actor.runner.followLog(handle, null, actor.signal)) {
      first.push(batch);
      if (inLines(first).lines.length >= 8) break;
    }
    const other = await actor.place.another();
    const rest = await actor.follow(handle, first.at(-1)?.cursor ?? null, other);
    expect(inLines([...first, ...rest]).text).toEqual(
      Array.from({ length: 40 }, (_, index) => `line ${index + 1}`),
    );
    await other.close();
  });

  test("lines arrive while the program still runs", async ({ actor }) => {
    const spec = actor.spec("echo now; sleep 80");
    const handle = await actor.start(spec);
    const started = Date.now();
    await actor.waitForLine(handle, "now");
    expect(Date.now() - started).toBeLessThan(60_000);
  });
}

function sizeOf(batch: LogBatch): number {
  return batch.lines.reduce((total, line) => total + line.bytes.length, 0);
}
