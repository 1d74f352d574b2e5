import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { type Kubeconfig, readKubeconfig } from "./kubeconfig.ts";

/**
 * The machine's kubeconfig files as one, with absolute file names, merged as kubectl does: the
 * first that names a thing wins. Files that do not exist are passed over.
 * @throws RunnerError of kind `config` for a file that is no kubeconfig
 */
export async function readKubeconfigFiles(paths: string[]): Promise<Kubeconfig> {
  const merged: Kubeconfig = { "current-context": null, clusters: [], users: [], contexts: [] };
  for (const path of paths) {
    const text = await readIfThere(path);
    if (text === null || text.trim() === "") continue;
    const one = withAbsolutePaths(readKubeconfig({ text }), dirname(path));
    merged["current-context"] ||= one["current-context"];
    addNew(merged.clusters, one.clusters);
    addNew(merged.users, one.users);
    addNew(merged.contexts, one.contexts);
  }
  return merged;
}

function addNew<T extends { name: string }>(all: T[], more: T[]): void {
  for (const entry of more) if (!all.some((other) => other.name === entry.name)) all.push(entry);
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function withAbsolutePaths(kubeconfig: Kubeconfig, folder: string): Kubeconfig {
  const absolute = (path: string | undefined): string | undefined =>
    path && !isAbsolute(path) ? join(folder, path) : path;
  for (const { value } of kubeconfig.clusters) {
    value["certificate-authority"] = absolute(value["certificate-authority"]);
  }
  for (const { value } of kubeconfig.users) {
    value["client-certificate"] = absolute(value["client-certificate"]);
    value["client-key"] = absolute(value["client-key"]);
    value.tokenFile = absolute(value.tokenFile);
    // As kubectl: a program with a folder in its name is relative to the file, another is in PATH.
    if (value.exec?.command.includes("/")) {
      value.exec.command = absolute(value.exec.command) ?? value.exec.command;
    }
  }
  return kubeconfig;
}
