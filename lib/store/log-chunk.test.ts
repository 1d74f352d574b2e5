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
