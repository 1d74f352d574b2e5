import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { InputFile } from "../contract.ts";
import { inputFile } from "../contract-suite/stage.ts";
import { LargeFile, PIECE_BYTES, type Pieces, takePiecesCommand } from "./bring-large.ts";
import type { ExecSession } from "./exec.ts";

let folder: string;
let pieces: Pieces;
const bytes = randomBytes(2 * PIECE_BYTES + 7);
const CHUNK_BYTES = 256 * 1024;

/** The file as a store gives it: chunk by chunk. */
function file(changes: Partial<InputFile> = {}): InputFile {
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  const chunks = Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  );
  const open = (): Readable => Readable.from(chunks);
  return { ...inputFile("a folder/large.bin", bytes), open, ...changes };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "podflow-pieces-"));
  pieces = { there: new Set(), marked: new Set(), damaged: new Set() };
});

afterEach(() => rmSync(folder, { recursive: true }));

/** One connection, with this machine's shell as the pod; the bytes that were sent. */
async function bring(given: InputFile, cutAt = Number.POSITIVE_INFINITY): Promise<number> {
  const [program = "", option = "", script = "", name = "", , , ...rest] = takePiecesCommand(given);
  const child = spawn(program, [option, script, name, folder, folder, ...rest], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  const large = new LargeFile(given, { name: "batch-0", pieces }, () => undefined);
  // As much of a session as is read here.
  const session = { stdout: child.stdout } as unknown as ExecSession;
  const comparing = large.compare(session);
  comparing.catch(() => undefined);
  let sent = 0;
  const source = async function* (): AsyncIterable<Uint8Array> {
    for await (const part of large.pieces()) {
      if (sent > cutAt) return;
      sent += part.length;
      yield part;
    }
  };
  await pipeline(Readable.from(source()), child.stdin);
  await ended;
  await comparing;
  return sent;
}

const arrived = (): Buffer => readFileSync(join(folder, "a folder/large.bin"));

test("a file in several pieces arrives as it is", async () => {
  await bring(file());
  expect(arrived().equals(bytes)).toBe(true);
  expect([...pieces.there]).toEqual(["batch-0-0", "batch-0-1", "batch-0-2"]);
});

test("after a cut only what is missing is sent, and the whole is compared", async () => {
  await expect(bring(file(), PIECE_BYTES + 1000)).rejects.toThrow("told no checksum");
  expect([...pieces.there]).toEqual(["batch-0-0"]);
  expect(await bring(file())).toBeLessThan(PIECE_BYTES + 2 * 1024 ** 2);
  expect(arrived().equals(bytes)).toBe(true);
  expect([...pieces.marked]).toContain("batch-0-0");
});

test("a piece that is not what was sent is found, and all of the file is sent again", async () => {
  await expect(bring(file(), PIECE_BYTES + 1000)).rejects.toThrow("told no checksum");
  const other = Buffer.from(arrived().subarray(0, PIECE_BYTES));
  other[17] = (other[17] ?? 0) ^ 1;
  writeFileSync(join(folder, "a folder/large.bin"), other);
  await expect(bring(file())).rejects.toThrow("arrived damaged");
  expect(pieces.there.size).toBe(0);
  expect(pieces.damaged).toContain("batch-0-0");
  await bring(file());
  expect(arrived().equals(bytes)).toBe(true);
  expect(pieces.damaged.size).toBe(0);
});

test("a stored file that has changed is told as such", async () => {
  await expect(bring(file({ sha256: "0".repeat(64) }))).rejects.toThrow("not what it was");
});

test("a disk that is full ends it at once, in the pod's words", async () => {
  mkdirSync(join(folder, "a folder"));
  symlinkSync("/dev/full", join(folder, "a folder/large.bin"));
  await expect(bring(file())).rejects.toMatchObject({
    kind: "input-files",
    isTransient: false,
    evidence: expect.stringContaining("No space left on device"),
  });
});

test("what a longer file left behind the end goes away", async () => {
  await bring(file());
  truncateSync(join(folder, "a folder/large.bin"), 4 * PIECE_BYTES);
  pieces = { there: new Set(), marked: new Set(), damaged: new Set() };
  await bring(file());
  expect(arrived().equals(bytes)).toBe(true);
});
