import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, opendir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { newId } from "#lib/core/id.ts";
import { type ArtifactStore, StorageError, type StoredBytes } from "./artifact-store.ts";

/** What is read or written at once: each time is a way to another thread. */
const PIECE_BYTES = 256 * 1024;
/** What is brought to the disk at once, while more comes. */
const SYNC_BYTES = 32 * 1024 * 1024;

/** Artifacts as files of a folder: `XX/KEY`, written in `part/` first. Nobody else may read them. */
export function diskArtifacts(folder: string): ArtifactStore {
  // The end of an id varies the most.
  const pathOf = (key: string): string => join(folder, key.slice(-2), key);
  return {
    put: (body, maxBytes, sha256) =>
      put(folder, pathOf, { body, maxBytes, sha256: sha256 ?? null }),
    open: (key, range): Readable =>
      createReadStream(pathOf(checked(key)), {
        highWaterMark: PIECE_BYTES,
        ...(range && { start: range.first, end: range.last }),
      }),
    delete: (key) => rm(pathOf(checked(key)), { force: true }),
    keysBefore: (moment) => keysBefore(folder, moment),
  };
}

/** Keys come from rows; one that is none of ours must not name a path. */
function checked(key: string): string {
  if (!/^[0-9A-Za-z]+$/.test(key))
    throw new StorageError("failed", `"${key}" is no key of a file.`);
  return key;
}

interface Given {
  body: AsyncIterable<Uint8Array>;
  maxBytes: number;
  sha256: (() => string) | null;
}

async function put(
  folder: string,
  pathOf: (key: string) => string,
  given: Given,
): Promise<StoredBytes> {
  const key = newId();
  const part = join(folder, "part", key);
  try {
    await mkdir(dirname(part), { recursive: true, mode: 0o700 });
    const file = await open(part, "wx", 0o600);
    let written: Omit<StoredBytes, "key">;
    try {
      written = await write(file, given);
    } finally {
      await file.close();
    }
    await mkdir(dirname(pathOf(key)), { recursive: true, mode: 0o700 });
    await rename(part, pathOf(key));
    await syncFolder(dirname(pathOf(key)));
    return { key, ...written };
  } catch (error) {
    await rm(part, { force: true });
    throw asStorageError(error);
  }
}

/** So that the name, too, outlives a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function write(
  file: FileHandle,
  { body, maxBytes, sha256 }: Given,
): Promise<Omit<StoredBytes, "key">> {
  const hash = createHash("sha256");
  const writer = new DiskWriter(file);
  let size = 0;
  for await (const bytes of body) {
    size += bytes.length;
    if (size > maxBytes) {
      throw new StorageError(
        "too-large",
        `The file is larger than the limit of ${maxBytes} bytes.`,
      );
    }
    if (sha256 === null) hash.update(bytes);
    await writer.add(bytes);
  }
  await writer.end();
  return { size, sha256: sha256 ? sha256() : hash.digest("hex") };
}

/**
 * Writes many small pieces at once, for a network gives 16 KiB at a time.
 * What is written goes to the disk meanwhile, so that the end does not have to wait for all of it.
 */
class DiskWriter {
  readonly #file: FileHandle;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #unsynced = 0;
  #syncing: Promise<void> = Promise.resolve();

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async add(bytes: Uint8Array): Promise<void> {
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= PIECE_BYTES) await this.#write();
    if (this.#unsynced < SYNC_BYTES) return;
    // One at a time: a disk that is slower than the network makes it wait.
    await this.#syncing;
    this.#unsynced = 0;
    this.#syncing = this.#file.datasync();
    // Awaited later; a body that breaks off is the failure that counts.
    this.#syncing.catch(() => undefined);
  }

  /** Everything is written then, and on the disk. */
  async end(): Promise<void> {
    await this.#write();
    await this.#syncing;
    await this.#file.sync();
  }

  async #write(): Promise<void> {
    let pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    while (pieces.length > 0) {
      const { bytesWritten } = await this.#file.writev(pieces);
      pieces = without(pieces, bytesWritten);
      this.#unsynced += bytesWritten;
    }
  }
}

/** What is left of the pieces behind so many bytes. */
function without(pieces: Uint8Array[], bytes: number): Uint8Array[] {
  let at = bytes;
  return pieces.flatMap((piece) => {
    const left = piece.subarray(at);
    at = Math.max(0, at - piece.length);
    return left.length > 0 ? [left] : [];
  });
}

function asStorageError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOSPC" || code === "EDQUOT") {
    const message = "The disk that keeps files is full. Make room in the data folder.";
    return new StorageError("full", message, error);
  }
  const isDisk = ["EIO", "EROFS", "EACCES", "EPERM", "EMFILE", "ENFILE"].includes(String(code));
  if (!isDisk) return error;
  const message = `The data folder cannot be written (${String(code)}). Check its disk and its owner.`;
  return new StorageError("failed", message, error);
}

async function* keysBefore(folder: string, moment: Date): AsyncGenerator<string> {
  for await (const shelf of entries(folder)) {
    for await (const name of entries(join(folder, shelf))) {
      const path = join(folder, shelf, name);
      const at = await stat(path).catch(() => null); // removed since it was listed
      if (!at?.isFile() || at.mtime >= moment) continue;
      if (shelf === "part") await rm(path, { force: true });
      else yield name;
    }
  }
}

async function* entries(folder: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(folder)) yield entry.name;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
  }
}
