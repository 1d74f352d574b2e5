import { expect, test } from "vitest";
import { GrowingLine } from "./growing-line.ts";

/** The parts of a line that comes in such pieces. */
function partsOf(text: string, pieceBytes: number): string[] {
  const line = new GrowingLine(10);
  const found: string[] = [];
  for (let at = 0; at < text.length; at += pieceBytes) {
    line.add(Buffer.from(text.slice(at, at + pieceBytes)));
    for (const { bytes } of line.parts()) found.push(Buffer.from(bytes).toString());
  }
  return [...found, Buffer.from(line.rest().bytes).toString()];
}

test.each([1, 3, 25, 60])("a long line is cut at the same places however it comes (%i)", (size) => {
  const text = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJK";
  expect(partsOf(text, size)).toEqual([
    "0123456789",
    "abcdefghij",
    "klmnopqrst",
    "uvwxyzABCDEFGHIJK",
  ]);
  expect(partsOf(text.slice(0, 19), size)).toEqual(["0123456789abcdefghi"]);
  expect(partsOf(text.slice(0, 20), size)).toEqual(["0123456789", "abcdefghij"]);
});

test("a part knows what is around it, and a whole line that it is one", () => {
  const line = new GrowingLine(3);
  line.add(Buffer.from("abcdefghi"));
  const parts = [...line.parts(), line.rest()].map(({ bytes, part }) =>
    [part?.before, bytes, part?.after].map((each) => Buffer.from(each ?? []).toString()),
  );
  expect(parts).toEqual([
    ["", "abc", "defghi"],
    ["abc", "def", "ghi"],
    ["def", "ghi", ""],
  ]);
  const short = new GrowingLine(3);
  short.add(Buffer.from("abcde"));
  expect(short.rest().part).toBeUndefined();
});
