import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LOG_LEVELS, type LogStream } from "#lib/core/log-line.ts";
import { countLevels, decodeLines, encodeLines, type StoredLine } from "./log-chunk.ts";

const line = fc
  .record({
    bytes: fc.uint8Array({ maxLength: 300 }),
    timeMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    level: fc.constantFrom(...LOG_LEVELS),
    stream: fc.constantFrom<LogStream[]>("stdout", "stderr", "podflow", null),
    continues: fc.boolean(),
  })
  .map(({ continues, ...its }): StoredLine => (continues ? { ...its, continues } : its));

describe("a chunk of log lines", () => {
  it("gives back every byte, time, level and stream, and which lines continue others", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 50 }), (lines) => {
        const decoded = decodeLines(encodeLines(lines)).map((its) => ({
          ...its,
          bytes: Uint8Array.from(its.bytes),
        }));
        expect(decoded).toEqual(lines);
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
    expect(encodeLines(lines).toString("hex").replace("78".repeat(200), " xxx ")).toBe(
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
    expect(encodeLines(lines).length).toBeLessThan(1000 * 84);
  });

  it("counts the lines of each level", () => {
    const at = (level: StoredLine["level"]): StoredLine => ({
      bytes: Buffer.alloc(0),
      timeMs: 0,
      level,
      stream: null,
    });
    expect(countLevels([at("INFO"), at("ERROR"), at("INFO")])).toEqual([0, 0, 2, 0, 1]);
  });

  it("is refused when it is cut off or of another format", () => {
    const data = encodeLines([
      { bytes: Buffer.from("hi"), timeMs: 5, level: "INFO", stream: null },
    ]);
    expect(() => decodeLines(data.subarray(0, 3))).toThrow("cut off");
    expect(() => decodeLines(Buffer.from([9, 0]))).toThrow("unknown format 9");
  });
});
