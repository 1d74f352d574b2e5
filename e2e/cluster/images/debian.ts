import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../own/command.ts";
import { unpackPackage } from "./layer.ts";

/** Wanted only by maintainer scripts, which are never run here. */
const NEVER =
  /^(perl|libperl|usrmerge$|dpkg$|init-system-helpers$|lib(.*)-perl$|gcc-\d+-base$|libgdbm|libdb5)/;
const UNUSED = [
  "usr/share/doc",
  "usr/share/man",
  "usr/share/locale",
  "usr/share/info",
  "usr/share/lintian",
];

/** These packages and all that they depend on, as on a machine that has no package yet. */
export async function packagesWithDependencies(names: string[]): Promise<string[]> {
  const work = await mkdtemp(join(tmpdir(), "podflow-apt-"));
  try {
    await writeFile(join(work, "status"), "");
    const plan = await runCommand("apt-get", [
      "-s",
      "-o",
      `Dir::State::status=${join(work, "status")}`,
      "-o",
      "APT::Install-Recommends=false",
      "install",
      ...names,
    ]);
    const found = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? "");
    return found.filter((name) => !NEVER.test(name));
  } finally {
    await rm(work, { recursive: true });
  }
}

/**
 * Downloads packages and unpacks their files into `root`.
 * @param options for apt, where they are not of the machine's own distribution
 */
export async function unpackPackages(
  names: string[],
  root: string,
  options: string[] = [],
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "podflow-deb-"));
  try {
    const download = ["download", "-qq", "-o", "APT::Sandbox::User=root", ...options, ...names];
    await runCommand("apt-get", download, { cwd: work });
    for (const file of await readdir(work)) await unpackPackage(join(work, file), root);
    for (const path of UNUSED) await rm(join(root, path), { recursive: true, force: true });
  } finally {
    await rm(work, { recursive: true });
  }
}

/** The links from /bin, /lib, … into /usr that every package expects. */
export async function makeMergedRoot(root: string): Promise<void> {
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    await mkdir(join(root, "usr", name), { recursive: true });
    await symlink(`usr/${name}`, join(root, name));
  }
  await makeAccounts(root);
}

/** /tmp, /root and the accounts `root`, `nobody` and `app` (1000). */
export async function makeAccounts(root: string): Promise<void> {
  await mkdir(join(root, "etc"), { recursive: true });
  await mkdir(join(root, "root"), { mode: 0o700 });
  const users = ["root:x:0:0:root:/root", "app:x:1000:1000::/home/app", "nobody:x:65534:65534::/"];
  await writeFile(join(root, "etc/passwd"), users.map((line) => `${line}:/bin/sh\n`).join(""));
  await writeFile(join(root, "etc/group"), "root:x:0:\napp:x:1000:\nnogroup:x:65534:\n");
  await runCommand("install", ["-d", "-m", "1777", join(root, "tmp")]);
  await runCommand("install", ["-d", "-m", "0777", join(root, "home/app")]);
}
