import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { OpenedFile } from "#lib/executions/read-files.ts";
import { parseCsv } from "./csv.ts";
import { previewFile } from "./preview.ts";

function fileOf(name: string, content: string | Buffer): OpenedFile {
  const bytes = Buffer.from(content);
  return {
    uri: `kestra:///${name}`,
    name,
    size: bytes.length,
    sha256: "",
    open: (range) => Readable.from([bytes.subarray(range?.first, (range?.last ?? 0) + 1)]),
  };
}

const png = Buffer.from("89504e470d0a1a0a0000", "hex");

test.each([
  ["a.txt", "hello", { kind: "text", text: "hello", isTruncated: false }],
  ["empty", "", { kind: "text", text: "", isTruncated: false }],
  ["a.json", '{"a":1}', { kind: "json", text: '{"a":1}' }],
  ["no-extension", "\n[1,2]", { kind: "json" }],
  ["looks-like", "[INFO] started", { kind: "text" }],
  [
    "a.csv",
    "a,b\n1,2\n",
    {
      kind: "csv",
      rows: [
        ["a", "b"],
        ["1", "2"],
      ],
    },
  ],
  ["a.bin", Buffer.from([1, 0, 2]), { kind: "binary" }],
  ["latin1.txt", Buffer.from([0x47, 0xfc]), { kind: "binary" }],
  ["a.png", png, { kind: "image", dataUrl: `data:image/png;base64,${png.toString("base64")}` }],
  ["not-an-image.png", "<script>alert(1)</script>", { kind: "text" }],
])("%s is shown as what it is", async (name, content, expected) => {
  expect(await previewFile(fileOf(name, content))).toMatchObject(expected);
});

test("of a large text the beginning is shown, and no half character", async () => {
  const preview = await previewFile(fileOf("big.txt", `x${"ü".repeat(200_000)}`));
  expect(preview.isTruncated).toBe(true);
  expect(preview.text?.endsWith("ü")).toBe(true);
  expect(preview.size).toBe(400_001);
});

test("of a large table whole rows are shown", async () => {
  const preview = await previewFile(fileOf("big.csv", "one,two,three\n".repeat(50_000)));
  expect(preview.rows).toHaveLength(1000);
  expect(preview.rows?.at(-1)).toEqual(["one", "two", "three"]);
  expect(preview.isTruncated).toBe(true);
});

test.each([
  [
    'a,"b ""c"", d"\r\ne,f',
    [
      ["a", 'b "c", d'],
      ["e", "f"],
    ],
  ],
  ['"two\nlines",x\n', [["two\nlines", "x"]]],
  ["a;b;c,d\n", [["a", "b", "c,d"]]],
  ["\ufeffa,,\n", [["a", "", ""]]],
  ["", []],
])("the table %j is read", (text, rows) => {
  expect(parseCsv(text)).toEqual(rows);
});
