import { expect, test } from "vitest";
import type { StoredLine } from "./log-chunk.ts";
import { RawLog } from "./raw-log.ts";

const line = (text: string, more: Partial<StoredLine> = {}): StoredLine => ({
  bytes: Buffer.from(text),
  timeMs: 0,
  level: "INFO",
  stream: "stdout",
  ...more,
});
const piece = (text: string, more: Partial<StoredLine> = {}): StoredLine =>
  line(text, { continues: true, ...more });

/** What these chunks of lines, each of the log that is named, are in all. */
function raw(...chunks: [of: string, lines: StoredLine[]][]): string {
  const log = new RawLog();
  const parts = chunks.map(([of, lines]) => log.add(lines, of));
  return Buffer.concat([...parts, log.end]).toString();
}

test("of nothing is nothing", () => {
  expect(raw()).toBe("");
});

test("has a line feed behind each line, and none within a line that is in pieces", () => {
  const lines = [line("a"), line(""), line("b"), piece("c"), piece("d"), line("e")];
  expect(raw(["x", lines])).toBe("a\n\nbcd\ne\n");
  expect(raw(...lines.map((its): [string, StoredLine[]] => ["x", [its]]))).toBe("a\n\nbcd\ne\n");
});

test("keeps lines apart where something else is printed within one", () => {
  expect(raw(["x", [line("a"), line("b", { stream: "stderr" }), piece("c")]])).toBe("a\nb\nc\n");
  expect(raw(["x", [line("a")]], ["y", [line("b")]], ["x", [piece("c")]])).toBe("a\nb\nc\n");
});
