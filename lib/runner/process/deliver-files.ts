import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, open, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type InputFile, RunnerError } from "../contract.ts";
import { orAbort } from "../or-abort.ts";
import { type AttemptFolder, isCode } from "./attempt-folder.ts";
import { exists, refusedByDisk } from "./start-run.ts";

/**
 * Puts the input files into the working directory, each whole and checked or not at all. What is
 * there already is not brought again.
 * @throws RunnerError of kind `input-files` or `volume`
 */
export async function deliverFiles(
  folder: AttemptFolder,
  files: InputFile[],
  signal: AbortSignal,
  onProgress: (doneBytes: number) => void,
): Promise<void> {
  if (await exists(folder.delivered)) return;
  let done = 0;
  try {
    for (const file of files) {
      const target = join(folder.work, file.path);
      if (!(await isThere(target, file)))
        await bring(folder, file, signal, (bytes) => onProgress(done + bytes));
      done += file.size;
      onProgress(done);
    }
    await writeFile(folder.delivered, "", { mode: 0o600 });
  } catch (error) {
    throw refusedByDisk(error, folder.root);
  }
}

async function isThere(target: string, file: InputFile): Promise<boolean> {
  try {
    return (await stat(target)).size === file.size;
  } catch (error) {
    if (isCode(error, "ENOENT")) return false;
    throw error;
  }
}

async function bring(
  folder: AttemptFolder,
  file: InputFile,
  signal: AbortSignal,
  onProgress: (doneBytes: number) => void,
): Promise<void> {
  const draft = join(folder.incoming, randomUUID());
  const target = join(folder.work, file.path);
  try {
    await write(draft, file, signal, onProgress);
    await mkdir(dirname(target), { recursive: true });
    // Unlike a renaming, a link never replaces a file that the code may be using already.
    await link(draft, target);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function write(
  draft: string,
  file: InputFile,
  signal: AbortSignal,
  onProgress: (doneBytes: number) => void,
): Promise<void> {
  const hash = createHash("sha256");
  const body = file.open();
  const output = await open(draft, "wx", file.isExecutable ? 0o755 : 0o644);
  let size = 0;
  try {
    const chunks = body[Symbol.asyncIterator]();
    for (;;) {
      const next = await orAbort(chunks.next(), signal);
      if (next.done) break;
      const bytes = Buffer.from(next.value);
      hash.update(bytes);
      await output.writeFile(bytes);
      size += bytes.length;
      onProgress(size);
    }
  } finally {
    body.destroy();
    await output.close();
  }
  if (size === file.size && hash.digest("hex") === file.sha256) return;
  throw new RunnerError(
    "input-files",
    `The input file ${JSON.stringify(file.path)} is not what was stored: its bytes do not match its checksum.`,
    {
      remedy: "Upload it again, or execute again the flow that made it.",
      evidence: `${size} bytes of ${file.size}`,
      fault: "platform",
      isTransient: false,
    },
  );
}
