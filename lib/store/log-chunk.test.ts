import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunksOf } from "#e2e/executions/log-chunks.ts";
import { LOG_LEVELS, type LogStream } from "#lib/core/log-line.ts";
import { ChunkWriter, decodeLines, type LogChunk, type StoredLine } from "./log-chunk.ts";

const line = fc
  .record({
    bytes: fc.uint8Array({ maxLength: 300 }),
    timeMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    level: fc.constantFrom(...LOG_LEVELS),
    stream: fc.constantFrom<LogStream[]>("stdout", "stderr", "podflow", null),
    continues: fc.boolean(),
  })
  .map(({ continues, ...its }): StoredLine => (continues ? { ...its, continues } : its));

const blockOf = ({ head, table, text }: LogChunk): Buffer => Buffer.concat([head, table, text]);
const blocksOf = (lines: readonly StoredLine[]): Buffer[] => chunksOf(lines).map(blockOf);
/** A line of so many bytes. */
const sized = (length: number, level: StoredLine["level"] = "INFO"): StoredLine => ({
  bytes: Buffer.alloc(length, "x"),
  timeMs: 1_800_000_000_000,
  level,
  stream: null,
});

describe("a chunk of log lines", () => {
  it("gives back every byte, time, level and stream, and which lines continue others", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 50 }), (lines) => {
        const decoded = blocksOf(lines).flatMap(decodeLines);
        const plain = decoded.map((its) => ({ ...its, bytes: Uint8Array.from(its.bytes) }));
        expect(plain).toEqual(lines);
      }),
    );
  });

  it("has the same bytes in every version, so that each reads what others have stored", () => {
    const ms = 1_800_000_000_000;
    const text = (of: string, more: Omit<StoredLine, "bytes">): StoredLine => ({
      bytes: Buffer.from(of, "latin1"),
      ...more,
    });
    const lines = [
      text("one", { timeMs: ms, level: "INFO", stream: "stdout" }),
      text("", { timeMs: ms + 2, level: "INFO", stream: "stdout" }),
      text("x".repeat(200), { timeMs: ms - 1, level: "ERROR", stream: "stderr" }),
      text("more", { timeMs: ms - 1, level: "ERROR", stream: "stderr", continues: true }),
      text("own", { timeMs: ms + 100_000, level: "WARN", stream: "podflow" }),
      text("\0\xff\n", { timeMs: ms + 100_000, level: "TRACE", stream: null }),
    ];
    expect(Buffer.concat(blocksOf(lines)).toString("hex").replace("78".repeat(200), " xxx ")).toBe(
      "011a1280c0e285e368031204002405c80164000433c29a0c030000036f6e65 xxx 6d6f72656f776e00ff0a",
    );
  });

  it("costs few bytes besides the text", () => {
    const lines: StoredLine[] = Array.from({ length: 1000 }, (_, index) => ({
      bytes: Buffer.from("x".repeat(80)),
      timeMs: 1_800_000_000_000 + index * 3,
      level: "INFO",
      stream: "stdout",
    }));
    expect(Buffer.concat(blocksOf(lines)).length).toBeLessThan(1000 * 84);
  });

  it("says how many lines it has, and of each level", () => {
    const chunks = chunksOf([sized(1, "INFO"), sized(1, "ERROR"), sized(1, "INFO")]);
    expect(chunks).toMatchObject([{ lines: 3, counts: [0, 0, 2, 0, 1] }]);
  });

  it("has 512 KiB of text at most, unless it is one line", () => {
    const half = 256 * 1024;
    const sizes = [half, half, 0, 1, 2 * half, 2 * half + 1, half];
    const found = chunksOf(sizes.map((size) => sized(size))).map((chunk) =>
      decodeLines(blockOf(chunk)).map(({ bytes }) => bytes.length),
    );
    expect(found).toEqual([[half, half, 0], [1], [2 * half], [2 * half + 1], [half]]);
  });

  it("has what was added since the last one was taken, as it was then", () => {
    const writer = new ChunkWriter();
    expect(writer.take()).toEqual([]);
    const bytes = Buffer.from("one");
    writer.add({ ...sized(0), bytes });
    bytes.fill("x");
    const [first] = writer.take();
    const rest = ["two", "three"].map((text) => ({ ...sized(0), bytes: Buffer.from(text) }));
    for (const line of rest) writer.add(line);
    const taken = [first, ...writer.take()].map((chunk) =>
      chunk ? decodeLines(blockOf(chunk)).map((line) => Buffer.from(line.bytes).toString()) : [],
    );
    expect(taken).toEqual([["one"], ["two", "three"]]);
  });

  it("takes memory for empty lines, too, which is given back with what is taken", () => {
    const writer = new ChunkWriter();
    for (let at = 0; at < 1000; at += 1) writer.add(sized(0));
    expect(writer.size).toBeGreaterThan(1000);
    for (let at = 0; at < 2; at += 1) writer.add(sized(400_000));
    const { size } = writer;
    const sizes = writer.take().map(({ table, text }) => table.length + text.length);
    expect(sizes).toHaveLength(2);
    expect(sizes.reduce((sum, length) => sum + length)).toBe(size);
    expect(writer.size).toBe(0);
  });

  it("is refused when it is cut off or of another format", () => {
    const data = Buffer.concat(blocksOf([sized(0), sized(0)]));
    for (let length = 1; length < data.length; length += 1) {
      expect(() => decodeLines(data.subarray(0, length))).toThrow("cut off");
    }
    expect(() => decodeLines(Buffer.from([9, 0]))).toThrow("unknown format 9");
  });
});
