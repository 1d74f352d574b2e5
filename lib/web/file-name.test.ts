import { expect, test } from "vitest";
import { attachmentHeader, checkFileName } from "./file-name.ts";

const refused: [string, RegExp][] = [
  ["", /is empty/],
  ["..", /not the name of a file/],
  ["../etc/passwd", /may not contain/],
  ["/etc/passwd", /may not contain/],
  ["C:\\data.txt", /may not contain/],
  ["a\u0000b", /control character/],
  ["line\nbreak", /control character/],
  ["\ud800.txt", /not valid Unicode/],
  ["x".repeat(300), /300 bytes, and at most 255/],
  ["ü".repeat(150), /300 bytes, and at most 255/],
];
test.each(refused)("the name %j is refused", (name, reason) => {
  expect(() => checkFileName(name)).toThrow(reason);
});

test.each(["data.txt", "日本語 файл.csv", "🎉.bin", ".env", "a b;c'd.txt", "x".repeat(255)])(
  "the name %j stays what it is",
  (name) => {
    expect(checkFileName(name)).toBe(name);
  },
);

test("a name typed on a Mac is the same as one typed elsewhere", () => {
  expect(checkFileName("u\u0308ber.txt")).toBe("\u00fcber.txt");
});

test("a download's name survives quotes, umlauts and folders, and breaks no header", () => {
  expect(attachmentHeader('out/Grüße "1"\r\n.txt')).toBe(
    "attachment; filename=\"Gr__e _1___.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%221%22%0D%0A.txt",
  );
  expect(attachmentHeader("it's (1).txt")).toMatch(/UTF-8''it%27s%20%281%29.txt$/);
});
