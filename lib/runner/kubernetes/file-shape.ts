import { posix } from "node:path";
import type { AttemptSpec } from "../contract.ts";
import { needsUpload } from "./inline-files.ts";

/**
 * How files get in and out of a pod. An init container costs about a second and a helper that main
 * waits for about a fifth of one, so neither is used where there is another way.
 * - none: one container, nothing of ours
 * - keep: a helper beside main keeps the files; nothing has to be there before main begins
 * - self: main is a shell and writes its few small files itself before it begins
 * - gate: main is a shell and waits at a FIFO that the helper opens when the files are in place
 * - init: main cannot wait, so an init container brings the files
 */
export type FileShape = "none" | "keep" | "self" | "gate" | "init";

type ShapeSpec = Pick<AttemptSpec, "command" | "inputFiles" | "keepsFiles" | "hasOutputDir">;

const SHELLS = new Set(["sh", "bash", "ash", "dash"]);
/** Each byte may need four characters, and one argument may have 128 KiB (MAX_ARG_STRLEN). */
const SELF_BYTES = 20 * 1024;
/** Characters of quotes and commands around each file. */
const SELF_FILE_BYTES = 64;

export function fileShapeOf(spec: ShapeSpec): FileShape {
  const waits = spec.inputFiles.length > 0 || spec.hasOutputDir;
  if (!waits) return spec.keepsFiles ? "keep" : "none";
  if (!isShell(spec.command)) return "init";
  return canBringItself(spec) ? "self" : "gate";
}

/** Whether the command's program is a shell, which can do something else before it begins. */
export function isShell(command: readonly string[]): boolean {
  return SHELLS.has(posix.basename(command[0] ?? ""));
}

/** Folders that must be there before main begins, each after its parents. */
export function foldersOf({ inputFiles }: Pick<ShapeSpec, "inputFiles">): string[] {
  const folders = inputFiles.map(({ path }) => posix.dirname(path)).filter((path) => path !== ".");
  return [...new Set(folders)].toSorted();
}

function canBringItself(spec: ShapeSpec): boolean {
  if (needsUpload(spec.inputFiles)) return false;
  // A mode needs chmod, and a folder mkdir, which an image may lack; the helper makes folders too.
  if (spec.inputFiles.some(({ isExecutable }) => isExecutable)) return false;
  const needsFolder = spec.hasOutputDir || foldersOf(spec).length > 0;
  if (needsFolder && !spec.keepsFiles) return false;
  const size = spec.inputFiles.reduce(
    (sum, file) => sum + file.size + 2 * Buffer.byteLength(file.path) + SELF_FILE_BYTES,
    0,
  );
  return size <= SELF_BYTES;
}
