import fc from "fast-check";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunLogLine } from "../contract.ts";
import { LineReader } from "./line-reader.ts";
import { LogWriter } from "./log-writer.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "podflow-log-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Chunk = { stream: "stdout" | "stderr"; bytes: Buffer };

/** The log's bytes after these chunks. */
function written(chunks: Chunk[]): Buffer {
  const path = join(folder, "log");
  const fd = openSync(path, "w");
  const writer = new LogWriter(fd);
  for (const { stream, bytes } of chunks) writer.write(stream, bytes, 1);
  writer.finish(2);
  closeSync(fd);
  const log = readFileSync(path);
  expect(writer.size).toBe(log.length);
  return log;
}

/** What a stream's lines must be: split at line feeds, the last one also without. */
function expectedLines(chunks: Chunk[], stream: string): string[] {
  const bytes = chunks.filter((chunk) => chunk.stream === stream).map((chunk) => chunk.bytes);
  const lines = Buffer.concat(bytes).toString("latin1").split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

const asText = (line: RunLogLine): string =>
  `${line.stream}:${Buffer.from(line.bytes).toString("latin1")}`;

const part = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "bc\n", "\n", "x\r\n", "  y ", "\u00ff\n") },
  { weight: 1, arbitrary: fc.constantFrom("L".repeat(70_000), "M".repeat(140_000)) },
);
const chunk = fc.record({
  stream: fc.constantFrom("stdout" as const, "stderr" as const),
  bytes: fc.array(part, { maxLength: 4 }).map((parts) => Buffer.from(parts.join(""), "latin1")),
});

test("whatever is printed in whatever pieces is read again line by line", () => {
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), (chunks) => {
      const lines = new LineReader(null).read(written(chunks));
      for (const stream of ["stdout", "stderr"]) {
        const found = lines.filter((line) => line.stream === stream).map(asText);
        expect(found).toEqual(expectedLines(chunks, stream).map((text) => `${stream}:${text}`));
      }
    }),
    { numRuns: 150 },
  );
});

test.each([
  ["", undefined],
  [", also within a line that comes in parts", 30_000],
])("a cursor taken anywhere goes on without loss or repeat%s", (_, partBytes) => {
  const steps = fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), steps, (chunks, sizes) => {
      const log = written(chunks);
      const all = new LineReader(null, partBytes).read(log).map(asText);
      const seen: string[] = [];
      let cursor: string | null = null;
      for (const size of sizes) {
        const reader: LineReader = new LineReader(cursor, partBytes);
        seen.push(...reader.read(log.subarray(reader.offset, reader.offset + size)).map(asText));
        cursor = reader.cursor;
      }
      const last = new LineReader(cursor, partBytes);
      seen.push(...last.read(log.subarray(last.offset)).map(asText));
      expect(seen).toEqual(all);
    }),
    { numRuns: 150 },
  );
});

test.each([
  [10, [10]],
  [20, [8, 12]],
])("a line of %i MiB comes in parts of these: %j", (size, expected) => {
  const bytes = Buffer.alloc(size * 1024 * 1024, "z");
  const lines = new LineReader(null).read(written([{ stream: "stdout", bytes }]));
  expect(lines.map((line) => line.bytes.length / 1024 / 1024)).toEqual(expected);
  const areParts = expected.length > 1;
  expect(lines.map(({ part }) => part !== undefined)).toEqual(expected.map(() => areParts));
});

test("the parts of a line are all that was printed of it, also where another is printed meanwhile", () => {
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), (chunks) => {
      const lines = new LineReader(null, 30_000).read(written(chunks));
      for (const stream of ["stdout", "stderr"] as const) {
        const found: string[] = [];
        for (const line of lines.filter((each) => each.stream === stream)) {
          const isContinued = line.part !== undefined && line.part.before.length > 0;
          const before = isContinued ? (found.pop() ?? "") : "";
          found.push(before + Buffer.from(line.bytes).toString("latin1"));
        }
        expect(found).toEqual(expectedLines(chunks, stream));
      }
    }),
    { numRuns: 100 },
  );
});

test.skipIf(process.platform !== "linux")("a full disk is noticed and told", () => {
  const fd = openSync("/dev/full", "w");
  const writer = new LogWriter(fd);
  writer.write("stdout", Buffer.from("one\n"), 1);
  writer.write("stdout", Buffer.from("two\n"), 1);
  closeSync(fd);
  expect(writer).toMatchObject({ isFull: true, size: 0 });
});

test("a cursor of another place is refused", () => {
  expect(() => new LineReader("2026-01-01T00:00:00Z")).toThrow("is no cursor");
});
