import fc from "fast-check";
import { expect, test } from "vitest";
import {
  LogLineParser,
  millisecondOf,
  NotALogError,
  secondOf,
  type StampedLine,
} from "./log-lines.ts";

const STAMP = "2026-11-24T21:05:25.823600636Z";

function parse(bytes: Buffer, cuts: number[] = []): string[] {
  const parser = new LogLineParser();
  const lines: string[] = [];
  let start = 0;
  for (const cut of [
    ...cuts.map((at) => at % (bytes.length + 1)).toSorted((a, b) => a - b),
    bytes.length,
  ]) {
    for (const line of parser.push(bytes.subarray(start, cut))) {
      lines.push(Buffer.from(line.bytes).toString("latin1"));
    }
    start = cut;
  }
  const last = parser.end();
  return last ? [...lines, Buffer.from(last.bytes).toString("latin1")] : lines;
}

test("lines keep their bytes, wherever the stream is cut", () => {
  const content = fc
    .uint8Array({ maxLength: 200 })
    .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10)));
  fc.assert(
    fc.property(fc.array(content), fc.array(fc.nat()), (lines, cuts) => {
      const bytes = Buffer.concat(
        lines.map((line) => Buffer.concat([Buffer.from(`${STAMP} `), line, Buffer.from("\n")])),
      );
      expect(parse(bytes, cuts)).toEqual(lines.map((line) => line.toString("latin1")));
    }),
  );
});

test("a last line without an end is a line only at the end of all", () => {
  const parser = new LogLineParser();
  expect(parser.push(Buffer.from(`${STAMP} half`))).toEqual([]);
  expect(parser.end()).toMatchObject({ stamp: STAMP });
});

test("the end of a long line whose beginning was not asked for is passed over", () => {
  const parser = new LogLineParser(true);
  expect(parser.push(Buffer.from("rest of a long line\n"))).toEqual([]);
  expect(parser.push(Buffer.from(`${STAMP} whole\n`))).toHaveLength(1);
  expect(() => parser.push(Buffer.from("no stamp\n"))).toThrow(NotALogError);
});

test("a long line comes in parts, which are the same wherever the stream is cut", () => {
  const long = "abcdefghijklmnopqrst".repeat(4) + "the end";
  const bytes = Buffer.from(`${STAMP} a\n${STAMP} ${long}\n${STAMP} ${"b".repeat(39)}\n`);
  const part = "abcdefghijklmnopqrst";
  const expected = ["a", part, part, part, `${part}the end`, "b".repeat(39)];
  for (let size = 1; size <= bytes.length; size += 1) {
    const parser = new LogLineParser(false, 20);
    const lines: StampedLine[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      lines.push(...parser.push(bytes.subarray(at, at + size)));
    }
    expect(lines.map((line) => Buffer.from(line.bytes).toString())).toEqual(expected);
    expect(lines.every(({ stamp }) => stamp === STAMP)).toBe(true);
  }
});

test("a long line whose beginning was not asked for is passed over, and not kept", () => {
  const parser = new LogLineParser(true, 20);
  for (let at = 0; at < 10; at += 1) expect(parser.push(Buffer.from("rest of it "))).toEqual([]);
  expect(parser.isInside).toBe(true);
  expect(parser.push(Buffer.from(`the end\n${STAMP} whole\n`))).toMatchObject([{ stamp: STAMP }]);
});

test("a complaint is one also where a log may begin inside a line", () => {
  const parser = new LogLineParser(true);
  parser.push(Buffer.from("unable to retrieve container logs\n"));
  expect(() => parser.end()).toThrow("unable to retrieve");
});

/** The one line of these bytes, or what is wrong with it. */
function lineOf(text: string): { stamp: string; text: string } | "no log" {
  try {
    const [line] = new LogLineParser().push(Buffer.from(`${text}\n`));
    return { stamp: line?.stamp ?? "", text: Buffer.from(line?.bytes ?? []).toString() };
  } catch (error) {
    if (error instanceof NotALogError) return "no log";
    throw error;
  }
}

test("a stamp is one exactly when it has the form of one", () => {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
  const made = fc
    .tuple(
      fc.constantFrom("", ".", ".0", ".12", ".823600636", ".8236006361"),
      fc.constantFrom("Z", "+02:00", "-11:30", "", "+2:00", "z"),
    )
    .map(([fraction, zone]) => `2026-11-24T21:05:25${fraction}${zone}`);
  const change = fc.record({
    at: fc.nat({ max: 34 }),
    by: fc.constantFrom("0", "a", ":", ".", "-", "Z", "+", "T"),
  });
  const stamp = fc.oneof(
    made,
    fc.tuple(made, change).map(([text, { at, by }]) => text.slice(0, at) + by + text.slice(at + 1)),
  );
  fc.assert(
    fc.property(stamp, (text) => {
      const isOne = form.test(text);
      expect(lineOf(text)).toEqual(isOne ? { stamp: text, text: "" } : "no log");
      expect(lineOf(`${text} a b`)).toEqual(isOne ? { stamp: text, text: "a b" } : "no log");
    }),
  );
});

test.each([
  "unable to retrieve container logs for containerd://63cc",
  "failed to try resolving symlinks in path",
  "2026-11-24 no stamp",
])("the kubelet's complaint %s is no line of a log", (text) => {
  expect(() => parse(Buffer.from(`${text}\n`))).toThrow(NotALogError);
  expect(() => parse(Buffer.from(text))).toThrow(text.slice(0, 20));
});

test.each([
  ["2026-11-24T21:05:25.823600636Z", "2026-11-24T21:05:25Z"],
  ["2026-11-24T21:05:25Z", "2026-11-24T21:05:25Z"],
  ["2026-11-24T23:05:25.1+02:00", "2026-11-24T21:05:25Z"],
])("the second of %s is %s", (stamp, second) => {
  expect(secondOf(stamp) * 1000).toBe(Date.parse(second));
});

test.each([
  "2026-11-24T21:05:25.823600636Z",
  "2026-11-24T21:05:25.8Z",
  "2026-11-24T21:05:25.08+02:00",
  "2026-11-24T21:05:25Z",
])("the moment of %s is what a date says", (stamp) => {
  expect(millisecondOf(stamp, secondOf(stamp))).toBe(Date.parse(stamp));
});
