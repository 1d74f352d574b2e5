import { createHash } from "node:crypto";
import { constants, type Dirent } from "node:fs";
import { type FileHandle, open, readdir, readlink, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import {
  type CollectedFile,
  type FileEntry,
  type FileReceiver,
  type RefusedFile,
  RunnerError,
} from "../contract.ts";
import { orAbort } from "../or-abort.ts";
import { followLinks, type SymbolicLink } from "../symbolic-links.ts";
import { type AttemptFolder, isCode } from "./attempt-folder.ts";

const READ_BYTES = 256 * 1024;

/**
 * Lists the regular files below the working directory and hands those that are chosen to the receiver.
 * @throws RunnerError of kind `output-files`, or what `receive` throws
 */
export async function collectFiles(
  folder: AttemptFolder,
  receiver: FileReceiver,
  signal: AbortSignal,
): Promise<CollectedFile[]> {
  signal.throwIfAborted();
  const { files, links, refused } = await listFiles(folder, signal);
  const followed = followLinks(links, files, folder.work);
  const entries: FileEntry[] = [
    ...files,
    ...followed.files.map(({ leadsTo: _leadsTo, ...file }) => file),
  ];
  /** The path of the bytes, by the path that is asked for. */
  const known = new Map(files.map(({ path }) => [path, path]));
  for (const { path, leadsTo } of followed.files) known.set(path, leadsTo);
  const collected: CollectedFile[] = [];
  for (const path of new Set(receiver.choose(entries, [...refused, ...followed.refused]))) {
    signal.throwIfAborted();
    const leadsTo = known.get(path);
    if (leadsTo === undefined) throw failed(path, "is not in the working directory");
    collected.push(await hand(folder, { path, leadsTo }, receiver, signal));
  }
  return collected;
}

interface Found {
  files: FileEntry[];
  links: SymbolicLink[];
  /** Names that are no UTF-8, which nobody could ask for, and folders that may not be read. */
  refused: RefusedFile[];
}

async function listFiles(folder: AttemptFolder, signal: AbortSignal): Promise<Found> {
  const found: Found = { files: [], links: [], refused: [] };
  const folders = [""];
  for (let below = folders.shift(); below !== undefined; below = folders.shift()) {
    signal.throwIfAborted();
    try {
      const inside = await listFolder(folder, below);
      folders.push(...inside.folders);
      found.files.push(...inside.files);
      found.links.push(...inside.links);
      found.refused.push(...inside.refused);
    } catch (error) {
      if (!isCode(error, "EACCES")) throw error;
      if (below === "") throw failed(folder.work, "may not be read", error);
      found.refused.push({ path: below, why: "cannot be read", isFolder: true });
    }
  }
  return found;
}

/** What is in one folder. @throws Error of code EACCES where that cannot be said */
async function listFolder(
  folder: AttemptFolder,
  below: string,
): Promise<Found & { folders: string[] }> {
  const found: Found & { folders: string[] } = { files: [], links: [], refused: [], folders: [] };
  for (const entry of await readFolder(join(folder.work, below))) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (path.includes("\uFFFD")) {
      found.refused.push({ path, why: "has a name that is no UTF-8" });
    } else if (entry.isDirectory()) found.folders.push(path);
    else if (entry.isSymbolicLink()) found.links.push(await linkAt(folder, path));
    else if (entry.isFile()) {
      const file = await entryAt(folder, path);
      if (file !== null) found.files.push(file);
    }
  }
  return found;
}

async function readFolder(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    // A program that still runs may remove a folder while we look.
    if (isCode(error, "ENOENT")) return [];
    throw error;
  }
}

async function linkAt(folder: AttemptFolder, path: string): Promise<SymbolicLink> {
  try {
    return { path, target: await readlink(join(folder.work, path)) };
  } catch (error) {
    if (isCode(error, "ENOENT", "EINVAL")) return { path, target: null };
    throw error;
  }
}

async function entryAt(folder: AttemptFolder, path: string): Promise<FileEntry | null> {
  try {
    const { size, mode } = await stat(join(folder.work, path));
    return { path, size, isExecutable: (mode & 0o111) !== 0 };
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
}

async function hand(
  folder: AttemptFolder,
  { path, leadsTo }: { path: string; leadsTo: string },
  receiver: FileReceiver,
  signal: AbortSignal,
): Promise<CollectedFile> {
  const file = await openInside(folder, leadsTo);
  try {
    const { size, mode } = await file.stat();
    const isExecutable = (mode & 0o111) !== 0;
    const hash = createHash("sha256");
    const body = bodyOf(file, path, size, (bytes) => hash.update(bytes));
    let digest: string | null = null;
    const sha256 = (): string => (digest ??= hash.digest("hex"));
    await orAbort(receiver.receive({ path, size, isExecutable, body, sha256 }), signal);
    // What the receiver did not want is read all the same, for the checksum.
    for await (const chunk of body) void chunk;
    return { path, size, isExecutable, sha256: sha256() };
  } finally {
    await file.close();
  }
}

/** Opens a file, and refuses when a link in its path leads elsewhere. */
async function openInside(folder: AttemptFolder, path: string): Promise<FileHandle> {
  const absolute = join(folder.work, path);
  try {
    // A pipe that took the file's place meanwhile must not be waited for.
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const file = await open(absolute, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const home = await realpath(folder.work);
    if ((await realpath(absolute)).startsWith(home + sep) && (await file.stat()).isFile())
      return file;
    await file.close();
  } catch (error) {
    if (!isCode(error, "ENOENT", "ELOOP", "EACCES", "ENXIO")) throw error;
    throw failed(path, "could not be opened", error);
  }
  throw failed(path, "is not a regular file of the working directory");
}

async function* bodyOf(
  file: FileHandle,
  path: string,
  size: number,
  onBytes: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  let position = 0;
  while (position < size) {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, size - position));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw failed(path, "became shorter while it was read");
    const bytes = buffer.subarray(0, bytesRead);
    position += bytesRead;
    onBytes(bytes);
    yield bytes;
  }
}

function failed(path: string, what: string, cause?: unknown): RunnerError {
  return new RunnerError("output-files", `The output file ${JSON.stringify(path)} ${what}.`, {
    remedy: "See that the task has finished writing it, and that it is a regular file.",
    evidence: cause instanceof Error ? cause.message : "",
    fault: "user",
    isTransient: false,
    cause,
  });
}
