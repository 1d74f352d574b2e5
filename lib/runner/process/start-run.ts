import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { access, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { type AttemptSpec, RunnerError } from "../contract.ts";
import {
  type AttemptFolder,
  attemptFolderAt,
  isCode,
  isDiskFull,
  makePrivateFolder,
  type StoredSpec,
} from "./attempt-folder.ts";
import { findProgram } from "./find-program.ts";

/** Asked for when a run starts: the web process has this module, too, and no folder of it. */
const keeperProgram = (): string => join(import.meta.dirname, "keeper.ts");
/** Enough for an ending with its evidence. */
const RESERVE_BYTES = 16 * 1024;

export interface ProcessPlace {
  /** Absolute; every attempt has a folder of its own below. */
  folder: string;
  installationId: string;
  /** PATH of the user's code. */
  searchPath: string;
}

/**
 * Makes the attempt's folder, whole or not at all; one that is there stays as it is.
 * @throws RunnerError of kind `volume` when the disk does not take it
 */
export async function makeFolder(
  place: ProcessPlace,
  folder: AttemptFolder,
  spec: AttemptSpec,
): Promise<void> {
  if (await exists(folder.root)) return;
  const draft = attemptFolderAt(join(place.folder, `.${basename(folder.root)}.${randomUUID()}`));
  try {
    makePrivateFolder(place.folder);
    for (const path of [draft.root, draft.work, draft.temporary, draft.incoming, draft.programs])
      await mkdir(path, { mode: 0o700 });
    if (spec.hasOutputDir) await mkdir(join(draft.work, outputName(spec.attemptId)));
    await lendPython(place, draft);
    await writeFile(draft.log, "", { mode: 0o600 });
    await writeFile(draft.reserve, " ".repeat(RESERVE_BYTES), { mode: 0o600 });
    await writeFile(draft.spec, JSON.stringify(stored(place, folder, spec)), { mode: 0o600 });
    await rename(draft.root, folder.root);
  } catch (error) {
    await rm(draft.root, { recursive: true, force: true });
    // Somebody else was faster; theirs is as good.
    if (isCode(error, "ENOTEMPTY", "EEXIST")) return;
    throw refusedByDisk(error, place.folder);
  }
}

/** The name of the output folder below the working directory. */
export function outputName(attemptId: string): string {
  return attemptId;
}

/**
 * Lets a keeper start the code, once and for all; resolves when the run is in a keeper's hands.
 * @throws RunnerError when this machine cannot start another process
 */
export async function launch(place: ProcessPlace, folder: AttemptFolder): Promise<void> {
  if (await exists(folder.keeper)) return;
  const errors = openSync(folder.keeperLog, "a", 0o600);
  const keeper = spawn(
    process.execPath,
    ["--max-semi-space-size=1", keeperProgram(), folder.root],
    {
      cwd: place.folder,
      detached: true,
      stdio: ["ignore", "ignore", errors, "ipc"],
      // The cache holds the program without its types: 60 ms and 20 MB less for each start.
      env: { NODE_ENV: "production", NODE_COMPILE_CACHE: join(place.folder, ".keeper-cache") },
    },
  );
  closeSync(errors);
  const outcome = await new Promise<string>((resolve) => {
    keeper.once("message", () => resolve(""));
    keeper.once("error", (error) => resolve(error.message));
    keeper.once("exit", (code) => resolve(`exit code ${code}`));
  });
  keeper.unref();
  if (outcome === "" || (await exists(folder.keeper))) return;
  throw new RunnerError("unreachable", "This machine could not start the process.", {
    remedy: "See whether it has memory and process numbers left; the run is tried again.",
    evidence: outcome,
    fault: "platform",
    isTransient: true,
  });
}

/** What an error of the file system means for a run. */
export function refusedByDisk(error: unknown, folder: string): unknown {
  if (error instanceof RunnerError || !(error instanceof Error)) return error;
  const full = isDiskFull(error);
  if (!full && !isCode(error, "EACCES", "EROFS", "EPERM", "EIO", "ENOENT")) return error;
  return new RunnerError(
    "volume",
    full
      ? "The disk of this machine is full: the files of the task could not be written."
      : "The files of the task could not be written on this machine.",
    {
      remedy: full
        ? `Free some space where ${folder} is, then execute again.`
        : `See whether ${folder} is there and may be written to.`,
      evidence: error.message,
      fault: "platform",
      isTransient: full,
      cause: error,
    },
  );
}

function stored(place: ProcessPlace, folder: AttemptFolder, spec: AttemptSpec): StoredSpec {
  return {
    installationId: place.installationId,
    attemptId: spec.attemptId,
    identity: spec.identity,
    command: spec.command,
    // The worker's own variables stay its own: there are secrets among them.
    env: {
      PATH: `${place.searchPath}:${folder.programs}`,
      HOME: homedir(),
      LANG: "C.UTF-8",
      TMPDIR: folder.temporary,
      ...spec.env,
    },
    timeoutSeconds: spec.timeoutSeconds,
    createdAt: new Date().toISOString(),
  };
}

/** Flows say `python`, which images have; many machines have `python3` alone. */
async function lendPython(place: ProcessPlace, draft: AttemptFolder): Promise<void> {
  if (await findProgram("python", place.searchPath)) return;
  const python3 = await findProgram("python3", place.searchPath);
  if (python3) await symlink(python3, join(draft.programs, "python"));
}

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}
