import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";

/** The hierarchies of cgroup v1, or the one of v2. */
async function hierarchies(): Promise<string[]> {
  if (existsSync(join(ROOT, "cgroup.controllers"))) return [ROOT];
  const mounts = await readFile("/proc/mounts", "utf8");
  return [...mounts.matchAll(/^\S+ (\/sys\/fs\/cgroup\/\S+) cgroup2? /gm)].map(
    (match) => match[1] ?? "",
  );
}

/** Makes the cgroup that all pods of a cluster live under, so that no other kubelet's are touched. */
export async function makeCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const folder = join(hierarchy, name);
    await mkdir(folder, { recursive: true });
    if (hierarchy !== ROOT) {
      await copySetting("cpuset.cpus", hierarchy, folder);
      await copySetting("cpuset.mems", hierarchy, folder);
      continue;
    }
    const offered = (await readFile(join(ROOT, "cgroup.controllers"), "utf8")).trim();
    const wanted = offered
      .split(" ")
      .map((controller) => `+${controller}`)
      .join(" ");
    await writeFile(join(ROOT, "cgroup.subtree_control"), wanted);
    await writeFile(join(folder, "cgroup.subtree_control"), wanted);
  }
}

/** In cgroup v1 a new cpuset is empty, and takes no process until it has processors and memory. */
async function copySetting(name: string, from: string, to: string): Promise<void> {
  if (!existsSync(join(from, name))) return;
  await writeFile(join(to, name), (await readFile(join(from, name), "utf8")).trim());
}

/** The processes in the cgroup and everything below it. */
export async function processesInCgroup(name: string): Promise<Set<number>> {
  const found = new Set<number>();
  for (const folder of await folders(name)) {
    const list = await readFile(join(folder, "cgroup.procs"), "utf8").catch(() => "");
    for (const line of list.split("\n")) if (Number(line) > 0) found.add(Number(line));
  }
  return found;
}

/** Removes the cgroup, in which no process may be left. */
export async function removeCgroup(name: string): Promise<void> {
  for (const folder of await folders(name)) await rmdir(folder).catch(unlessGone);
}

/** The cgroup's folders in every hierarchy, the deepest first. */
async function folders(name: string): Promise<string[]> {
  const tops = (await hierarchies()).map((hierarchy) => join(hierarchy, name));
  const found = await Promise.all(tops.map((top) => foldersFrom(top)));
  return found.flat().toSorted((left, right) => right.length - left.length);
}

/** Folder by folder: the runtime removes those of pods that end meanwhile. */
async function foldersFrom(top: string): Promise<string[]> {
  const entries = await readdir(top, { withFileTypes: true }).catch(unlessGone);
  if (!entries) return [];
  const below = entries.filter((entry) => entry.isDirectory());
  const found = await Promise.all(below.map((entry) => foldersFrom(join(top, entry.name))));
  return [top, ...found.flat()];
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}
