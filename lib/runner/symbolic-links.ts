import { posix } from "node:path";
import type { FileEntry, RefusedFile } from "./contract.ts";

/** A symbolic link as it stands below the working directory. */
export interface SymbolicLink {
  path: string;
  /** As written in the link; null: it cannot be read. */
  target: string | null;
}

/** The regular files that links stand for, and the links that nobody may follow. */
export interface FollowedLinks {
  /** Each under the link's own path; `leadsTo` is the path of the file with the bytes. */
  files: (FileEntry & { leadsTo: string })[];
  refused: RefusedFile[];
}

/** As Linux does: more links on one way than this are a circle. */
const MAX_HOPS = 40;

/**
 * Follows links by their texts alone, so that no disk is asked and nothing can change meanwhile: the
 * bytes are then read from the file's own path. Links to folders, to nothing and in circles are no
 * files, and no harm either.
 * @param root the working directory as the program sees it, absolute
 */
export function followLinks(
  links: readonly SymbolicLink[],
  files: readonly FileEntry[],
  root: string,
): FollowedLinks {
  const followed: FollowedLinks = { files: [], refused: [] };
  if (links.length === 0) return followed;
  const targets = new Map(links.map(({ path, target }) => [path, target]));
  const known = new Map(files.map((file) => [file.path, file]));
  for (const { path } of links) {
    const end = endOf(path, targets, root);
    if (end.kind === "refused") followed.refused.push({ path, why: end.why });
    const file = end.kind === "inside" ? known.get(end.path) : undefined;
    if (file) followed.files.push({ ...file, path, leadsTo: file.path });
  }
  return followed;
}

type End =
  | { kind: "inside"; path: string }
  | { kind: "nowhere" }
  | { kind: "refused"; why: string };

function endOf(path: string, targets: ReadonlyMap<string, string | null>, root: string): End {
  const ahead = path.split("/");
  const at: string[] = [];
  for (let hops = 0; ahead.length > 0;) {
    const name = ahead.shift();
    if (name === undefined || name === "" || name === ".") continue;
    if (name === "..") {
      if (at.pop() === undefined) return outside(path, targets);
      continue;
    }
    const here = [...at, name].join("/");
    const target = targets.get(here);
    if (target === null) return { kind: "refused", why: "is a link that cannot be read" };
    if (target === undefined) {
      at.push(name);
      continue;
    }
    hops += 1;
    if (hops > MAX_HOPS) return { kind: "nowhere" };
    if (!posix.isAbsolute(target)) ahead.unshift(...target.split("/"));
    else if (target !== root && !target.startsWith(`${root}/`)) return outside(path, targets);
    else {
      at.length = 0;
      ahead.unshift(...target.slice(root.length).split("/"));
    }
  }
  return { kind: "inside", path: at.join("/") };
}

function outside(path: string, targets: ReadonlyMap<string, string | null>): End {
  const target = targets.get(path) ?? "a place";
  return { kind: "refused", why: `is a link to ${target} and leads out of the working directory` };
}
