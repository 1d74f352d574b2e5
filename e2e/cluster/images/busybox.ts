import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runCommand } from "../own/command.ts";
import { unpackPackages } from "./debian.ts";

const PACKAGE = "busybox-static";

/** The first whose `sha256sum` uses the processor's own instructions, as Docker Hub's busybox does. */
const OLDEST = [1, 36] as const;
const NEWER_RELEASE = "trixie";
const KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Fills a layer with busybox and a link for each of its applets. */
export async function installBusybox(root: string): Promise<void> {
  await unpackBusybox(root);
  const applets = await runCommand(join(root, "bin/busybox"), ["--list-full"]);
  for (const path of applets.split("\n")) {
    if (path === "" || path === "bin/busybox") continue;
    await mkdir(join(root, dirname(path)), { recursive: true });
    await symlink("/bin/busybox", join(root, path));
  }
}

async function unpackBusybox(root: string): Promise<void> {
  if (await isNewEnough()) {
    await unpackPackages([PACKAGE], root);
  } else {
    await withRelease(NEWER_RELEASE, (options) => unpackPackages([PACKAGE], root, options));
  }
  await mkdir(join(root, "bin"), { recursive: true });
  await rename(join(root, "usr/bin/busybox"), join(root, "bin/busybox")).catch(
    // Before Debian 13 the package has it there already.
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    },
  );
}

/** Whether the machine's own distribution has one that is new enough. */
async function isNewEnough(): Promise<boolean> {
  const shown = await runCommand("apt-cache", ["show", "--no-all-versions", PACKAGE]);
  const version = /^Version: (?:\d+:)?(\d+)\.(\d+)/m.exec(shown);
  if (!version) throw new Error(`apt knows no version of ${PACKAGE}: run "apt-get update".`);
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Lends apt options by which it sees one later release of Debian, from where it has the machine's own. */
async function withRelease<T>(release: string, use: (options: string[]) => Promise<T>): Promise<T> {
  const work = await mkdtemp(join(tmpdir(), "podflow-release-"));
  try {
    const targets = await runCommand("apt-get", [
      "indextargets",
      "--format",
      "$(REPO_URI) $(CODENAME) $(COMPONENT)",
      "Created-By: Packages",
    ]);
    const source = /^(\S+) [a-z]+ main$/m.exec(targets)?.[1];
    if (!source) throw new Error(`apt has no source of Debian's main packages for ${release}.`);
    const list = join(work, "sources.list");
    await writeFile(list, `deb [signed-by=${KEYS}] ${source} ${release} main\n`);
    await mkdir(join(work, "lists/partial"), { recursive: true });
    const set = (name: string, value: string): string[] => ["-o", `${name}=${value}`];
    const options = [
      ...set("Dir::State::Lists", join(work, "lists")),
      ...set("Dir::Cache::pkgcache", ""),
      ...set("Dir::Cache::srcpkgcache", ""),
      ...set("Dir::Etc::SourceList", list),
      ...set("Dir::Etc::SourceParts", "/dev/null"),
      ...set("Acquire::Languages", "none"),
      ...set("APT::Sandbox::User", "root"),
    ];
    await runCommand("apt-get", ["update", "-qq", ...options]);
    return await use(options);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
