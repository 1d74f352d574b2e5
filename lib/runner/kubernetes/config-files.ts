import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { RunnerError } from "../contract.ts";

/** Where a task's `config` may read files of this machine. */
export interface FileRules {
  /** Absolute; none: no file may be read. */
  folders: string[];
}

export const FILE_NAMES = [
  "caCertFile",
  "clientCertFile",
  "clientKeyFile",
  "keyStoreFile",
  "trustStoreFile",
] as const;
export type FileName = (typeof FILE_NAMES)[number];

export const NO_FILES: FileRules = { folders: [] };
const SETTING = "PODFLOW_CONFIG_FOLDERS";
/** Certificates and stores have a few KiB. */
const MAX_BYTES = 1024 * 1024;

/**
 * A file that a task's `config` names, read by its real path, which must be below a folder that the
 * operator allows: a flow must not have other files of the server read, nor learn whether they exist.
 * @throws RunnerError of kind `config` at the property; the setting's name is in it
 */
export async function readConfigFile(
  name: FileName,
  path: string,
  { folders }: FileRules,
): Promise<Buffer> {
  if (folders.length === 0) {
    throw configError(
      name,
      `config.${name} names a file of the server, and this Podflow allows none.`,
      `Let the operator set ${SETTING} to the folder of such files, or give ${insteadOf(name)}.`,
    );
  }
  const wanted = resolve(path);
  if (!folders.some((folder) => isBelow(wanted, resolve(folder)))) throw outside(name, path);
  try {
    const real = await realpath(wanted);
    const allowed = await Promise.all(folders.map((folder) => realpath(folder).catch(() => null)));
    if (!allowed.some((folder) => folder !== null && isBelow(real, folder)))
      throw outside(name, path);
    return await readRegular(real);
  } catch (error) {
    if (error instanceof RunnerError) throw error;
    throw configError(
      name,
      `config.${name} names ${path}, which cannot be read.`,
      "Correct the path, or make the file readable for Podflow's workers.",
      error,
    );
  }
}

/** Never through a link that was put there after its real path was taken. */
async function readRegular(real: string): Promise<Buffer> {
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error("It is no regular file.");
    if (stat.size > MAX_BYTES) throw new Error("It is larger than 1 MiB.");
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

function outside(name: FileName, path: string): RunnerError {
  return configError(
    name,
    `config.${name} names ${path}, which is not in a folder that the operator allows.`,
    `Put the file below a folder of ${SETTING}, or let the operator add its folder there.`,
  );
}

function insteadOf(name: FileName): string {
  const data = { caCertFile: "caCertData", clientCertFile: "clientCertData" } as const;
  if (name in data) return data[name as keyof typeof data];
  return name === "trustStoreFile" ? "caCertData" : "clientCertData and clientKeyData";
}

/** A property of a task's `config` that cannot be used. */
export function configError(
  name: string,
  message: string,
  remedy: string,
  cause?: unknown,
): RunnerError {
  return new RunnerError("config", message, {
    remedy,
    evidence: cause instanceof Error ? cause.message : "",
    fault: "user",
    isTransient: false,
    place: ["taskRunner", "config", name],
    cause,
  });
}
