import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { InputFile } from "../contract.ts";
import { checkInputPaths } from "../input-path.ts";
import { changedFile } from "./input-file-errors.ts";
import { TAR_END, tarHeader, tarPadding } from "./tar.ts";

/** All the input files together, so that they fit into a pod, which may have about 1 MiB. */
const MAX_BYTES = 192 * 1024;
const HEADER_BYTES = 1024;
/** Linux allows 128 KiB for one environment variable (MAX_ARG_STRLEN). */
const PIECE = 96 * 1024;

/** Whether these files are too large to travel with the pod, so that they are brought later. */
export function needsUpload(files: Pick<InputFile, "size">[]): boolean {
  return files.reduce((sum, file) => sum + file.size + HEADER_BYTES, 0) > MAX_BYTES;
}

/** An input file with its verified bytes. */
export interface InlineFile {
  path: string;
  size: number;
  isExecutable: boolean;
  bytes: Uint8Array;
}

/**
 * The input files that travel with the pod itself: all of them when they are small, else none.
 * @throws RunnerError of kind `input-files` when a path or the bytes of a file are not right
 */
export async function readInlineFiles(
  files: InputFile[],
  signal: AbortSignal,
): Promise<InlineFile[]> {
  checkInputPaths(files);
  if (needsUpload(files)) return [];
  const inline: InlineFile[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    const { path, size, isExecutable } = file;
    inline.push({ path, size, isExecutable, bytes: await readVerified(file) });
  }
  return inline;
}

/** The files as a gzipped tar in base64, in pieces for environment variables. */
export function packInlineFiles(files: InlineFile[]): string[] {
  if (files.length === 0) return [];
  const parts = files.flatMap((file) => [tarHeader(file), file.bytes, tarPadding(file.size)]);
  const text = gzipSync(Buffer.concat([...parts, TAR_END])).toString("base64");
  return text.match(new RegExp(`.{1,${PIECE}}`, "g")) ?? [];
}

async function readVerified(file: InputFile): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of file.open()) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (bytes.length !== file.size || sha256 !== file.sha256) throw changedFile(file);
  return bytes;
}
