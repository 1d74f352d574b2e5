import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { listingFrom } from "./file-session.ts";
import { TAR_END, tarHeader, tarPadding } from "./tar.ts";
import { tarEntries } from "./tar-stream.ts";

interface TestFile {
  path: string;
  bytes: Buffer;
  isExecutable?: boolean;
}

function archive(files: TestFile[]): Buffer {
  return Buffer.concat([
    ...files.flatMap(({ path, bytes, isExecutable = false }) => [
      tarHeader({ path, size: bytes.length, isExecutable }),
      bytes,
      tarPadding(bytes.length),
    ]),
    TAR_END,
  ]);
}

async function* inPieces(bytes: Buffer, size: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size);
}

async function read(bytes: Buffer, size = 1000): Promise<TestFile[]> {
  const files: TestFile[] = [];
  for await (const entry of tarEntries(inPieces(bytes, size))) {
    files.push({ path: entry.path, bytes: Buffer.concat(await Array.fromAsync(entry.body)) });
  }
  return files;
}

const long = `${"folder/".repeat(30)}${"ü".repeat(60)}.txt`;

test("the system's tar unpacks what we pack, with modes, long names and all", () => {
  const folder = mkdtempSync(join(tmpdir(), "podflow-tar-"));
  const files = [
    { path: "empty", bytes: Buffer.alloc(0) },
    { path: "a b/ü 漢.bin", bytes: Buffer.from([0, 255, 10]) },
    { path: "tool.sh", bytes: Buffer.from("#!/bin/sh\n"), isExecutable: true },
    { path: long, bytes: Buffer.alloc(1025, "x") },
    { path: "-n", bytes: Buffer.from("dash") },
  ];
  execFileSync("tar", ["xf", "-"], { cwd: folder, input: archive(files) });
  for (const { path, bytes } of files) expect(readFileSync(join(folder, path))).toEqual(bytes);
  expect(statSync(join(folder, "tool.sh")).mode & 0o100).toBe(0o100);
  expect(statSync(join(folder, "empty")).mode & 0o111).toBe(0);
  rmSync(folder, { recursive: true });
});

test("what we pack we read, in pieces of any size, several archives in a row", async () => {
  const files = fc.array(
    fc.record({
      path: fc.string({
        minLength: 1,
        maxLength: 300,
        unit: fc.constantFrom("a", "/", "ü", " ", "\n"),
      }),
      bytes: fc.uint8Array({ maxLength: 1500 }).map((bytes) => Buffer.from(bytes)),
    }),
    { maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(files, files, fc.integer({ min: 1, max: 3000 }), async (one, other, size) => {
      const bytes = Buffer.concat([archive(one), archive(other)]);
      expect(await read(bytes, size)).toEqual([...one, ...other]);
    }),
    { numRuns: 60 },
  );
});

test("a body that is not read is passed over", async () => {
  const bytes = archive([
    { path: "a", bytes: Buffer.alloc(2000, "x") },
    { path: "b", bytes: Buffer.from("y") },
  ]);
  const paths: string[] = [];
  for await (const { path } of tarEntries(inPieces(bytes, 700))) paths.push(path);
  expect(paths).toEqual(["a", "b"]);
});

test("an archive that is cut off is an error, wherever it is cut", async () => {
  const bytes = archive([{ path: long, bytes: Buffer.alloc(900, "x") }]).subarray(0, -1024);
  for (const length of [1, 600, 1024, 1600, bytes.length - 1]) {
    await expect(read(bytes.subarray(0, length))).rejects.toThrow(/too early/);
  }
});

test("what is no archive is an error", async () => {
  await expect(read(Buffer.alloc(512, "x"))).rejects.toThrow(/no tar archive/);
});

test("a file of more than 8 GiB has its size in the header", async () => {
  const size = 20 * 1024 ** 3;
  const header = Buffer.from(tarHeader({ path: "big", size, isExecutable: false }));
  for await (const entry of tarEntries(inPieces(header, 512))) {
    expect(entry.size).toBe(size);
    break;
  }
});

test("a listing has any names, also those that look like its own form", () => {
  const token = "f00d";
  const names = ["a", "with space", "line\nend", "ü", "7 ./fake", "f00 d 3 ./x", "a' -> 'b"];
  const text = names.map((name, index) => `${token} 644 ${index * 1000} ./${name}\n`).join("");
  const listing = listingFrom(Buffer.from(text), token);
  expect([...listing.files.values()]).toEqual(
    names.map((path, index) => ({
      path,
      size: index * 1000,
      isExecutable: false,
      leadsTo: path,
    })),
  );
  expect(listingFrom(Buffer.alloc(0), token).files.size).toBe(0);
});

test.each([
  ["644", false],
  ["755", true],
  ["100", true],
  ["4711", true],
])("a file of mode %s may be executed: %j", (mode, isExecutable) => {
  const { files } = listingFrom(Buffer.from(`f00d ${mode} 1 ./tool\n`), "f00d");
  expect(files.get("tool")?.isExecutable).toBe(isExecutable);
});

test("a listing names folders that cannot be read, which hold no files that are known", () => {
  const text = "f00d 644 3 ./a\nf00d folder 0 ./tmp\nf00d folder 0 ./line\nend/b\n";
  const { files, refused } = listingFrom(Buffer.from(text), "f00d");
  expect([...files.keys()]).toEqual(["a"]);
  expect(refused).toEqual(
    ["tmp", "line\nend/b"].map((path) => ({
      path,
      why: "cannot be read by the helper",
      isFolder: true,
    })),
  );
});

test("a listing has links with any names and targets, and refuses what it cannot read", () => {
  const link = (name: string, target: string): string =>
    `f00d link 0 ./${name}//'./${name}' -> '${target}'\n`;
  const text = [
    "f00d 644 3 ./it's a -> 'file'\n",
    link("to\nit", "it's a -> 'file'"),
    link("a' -> 'b", "/etc/passwd"),
    "f00d link 0 ./odd//whatever another stat says\n",
  ].join("");
  const { files, refused } = listingFrom(
    Buffer.concat([Buffer.from(text), Buffer.from("f00d 644 1 ./\xff\n", "latin1")]),
    "f00d",
  );
  expect([...files.values()].map(({ path, leadsTo }) => [path, leadsTo])).toEqual([
    ["it's a -> 'file'", "it's a -> 'file'"],
    ["to\nit", "it's a -> 'file'"],
  ]);
  expect(refused).toEqual([
    { path: "\uFFFD", why: "has a name that is no UTF-8" },
    { path: "a' -> 'b", why: "is a link to /etc/passwd and leads out of the working directory" },
    { path: "odd", why: "is a link that cannot be read" },
  ]);
});
