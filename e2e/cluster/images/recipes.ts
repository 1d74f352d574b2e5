import { cp, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { answers, runCommand } from "../own/command.ts";
import { installPackages } from "../own/packages.ts";
import { installBusybox } from "./busybox.ts";
import {
  makeAccounts,
  makeMergedRoot,
  packagesWithDependencies,
  unpackPackages,
} from "./debian.ts";

const BASE = "bash coreutils dash findutils grep gzip hostname mawk procps sed tar".split(" ");
const PIP = ["kestra==2.0.0", "pip==25.3"];

/** Fills an empty folder with the files of one layer. */
export type LayerRecipe = (root: string) => Promise<void>;

async function pause(root: string): Promise<void> {
  await compile("pause", join(root, "pause"));
}

async function busybox(root: string): Promise<void> {
  await makeAccounts(root);
  await installBusybox(root);
}

async function debian(root: string): Promise<void> {
  await makeMergedRoot(root);
  await unpackPackages(await packagesWithDependencies(BASE), root);
  await symlink("mawk", join(root, "usr/bin/awk"));
}

/** What these packages need beyond the layer `debian`. */
async function beyondDebian(names: string[], root: string): Promise<void> {
  await makeMergedRoot(root);
  const below = new Set(await packagesWithDependencies(BASE));
  const all = await packagesWithDependencies([...BASE, ...names]);
  await unpackPackages(
    all.filter((name) => !below.has(name)),
    root,
  );
}

async function python(root: string): Promise<void> {
  await beyondDebian(["python3"], root);
  const programs = await readdir(join(root, "usr/bin"));
  const minor = programs.map((name) => /^python3\.(\d+)$/.exec(name)?.[1]).find(Boolean);
  if (!minor) throw new Error("Debian's python3 brought no /usr/bin/python3.N.");
  if (!(await answers("python3", ["-m", "pip", "--version"]))) {
    await installPackages(["python3-pip"], () => undefined);
  }
  // For the image's Python, whichever the machine's is.
  const options = `--python-version 3.${minor} --implementation cp --only-binary=:all: --no-compile`;
  const target = join(root, `usr/local/lib/python3.${minor}/dist-packages`);
  const install = `-m pip install --quiet --root-user-action=ignore ${options}`.split(" ");
  await runCommand("python3", [...install, "--target", target, ...PIP]);
  const local = join(root, "usr/local/bin");
  await mkdir(local, { recursive: true });
  await symlink("/usr/bin/python3", join(local, "python"));
  for (const name of ["pip", "pip3"]) {
    await writeFile(join(local, name), '#!/bin/sh\nexec python3 -m pip "$@"\n', { mode: 0o755 });
  }
  // Debian's mark that only apt may install; the image that this one stands for has no such mark.
  await rm(join(root, `usr/lib/python3.${minor}/EXTERNALLY-MANAGED`), { force: true });
}

async function node(root: string): Promise<void> {
  await beyondDebian(["libstdc++6"], root);
  await mkdir(join(root, "usr/local/bin"), { recursive: true });
  await cp(process.execPath, join(root, "usr/local/bin/node"));
}

/** A shell and four programs. Not of BusyBox, whose shell has every applet built in. */
async function notar(root: string): Promise<void> {
  await makeMergedRoot(root);
  await unpackPackages(await packagesWithDependencies(["coreutils", "dash"]), root);
  const kept = new Set(["dash", "sh", "cat", "cp", "sleep", "id"]);
  for (const folder of ["usr/bin", "usr/sbin"]) {
    for (const name of await readdir(join(root, folder))) {
      if (!kept.has(name)) await rm(join(root, folder, name), { recursive: true });
    }
  }
}

async function noshell(root: string): Promise<void> {
  await compile("copy", join(root, "copy"));
  await compile("sleep", join(root, "sleep"));
}

async function compile(name: string, output: string): Promise<void> {
  const source = join(import.meta.dirname, `${name}.c`);
  await runCommand("gcc", ["-static", "-O2", "-s", "-o", output, source]);
}

export const LAYERS = { pause, busybox, debian, python, node, notar, noshell } satisfies Record<
  string,
  LayerRecipe
>;

export interface ImageRecipe {
  /** Repository and tag, without the registry's host. */
  names: string[];
  layers: (keyof typeof LAYERS)[];
  config: { Cmd: string[]; User?: string; WorkingDir?: string; Env?: string[] };
}

const SHELL = { Cmd: ["/bin/sh"] };

/** Every image that the registry of the cluster has. Docker Hub's own short names are `library/…`. */
export const IMAGES: ImageRecipe[] = [
  { names: ["pause:1"], layers: ["pause"], config: { Cmd: ["/pause"] } },
  { names: ["library/busybox:latest"], layers: ["busybox"], config: SHELL },
  { names: ["library/ubuntu:latest", "library/centos:latest"], layers: ["debian"], config: SHELL },
  {
    names: ["kestra-io/pydata:latest", "kestra-io/kestrapy:latest", "library/python:3.13-slim"],
    layers: ["debian", "python"],
    config: { Cmd: ["python3"], Env: ["LANG=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"] },
  },
  { names: ["library/node:latest"], layers: ["debian", "node"], config: { Cmd: ["node"] } },
  {
    names: ["podflow-test/nonroot:latest"],
    layers: ["busybox"],
    config: { ...SHELL, User: "1000", WorkingDir: "/home/app", Env: ["HOME=/home/app"] },
  },
  { names: ["podflow-test/notar:latest"], layers: ["notar"], config: SHELL },
  { names: ["podflow-test/noshell:latest"], layers: ["noshell"], config: { Cmd: ["/copy"] } },
];
