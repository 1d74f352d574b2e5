import { existsSync } from "node:fs";
import { runCommand } from "./command.ts";
import { exclusively } from "./lock.ts";

/** A file that shows the package is installed, by package. */
const PROOF = {
  "python3-pip": ["/usr/bin/pip3"],
  runc: ["/usr/sbin/runc", "/usr/bin/runc"],
  gcc: ["/usr/bin/gcc"],
  "libc6-dev": ["/usr/include/stdio.h"],
  openssl: ["/usr/bin/openssl"],
  chromium: ["/usr/bin/chromium"],
  iproute2: ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"],
} as const satisfies Record<string, readonly string[]>;

type PackageName = keyof typeof PROOF;

/** The path of a program that a package brings. */
export function packageFile(name: PackageName): string {
  const found = PROOF[name].find((path) => existsSync(path));
  if (!found) throw new Error(`${PROOF[name][0]} is missing: install the package ${name}.`);
  return found;
}

/**
 * Installs with apt what is missing of the packages that the tests need.
 * @throws Error that says what to install when apt or the right to use it is missing.
 */
export async function installPackages(
  names: PackageName[],
  log: (line: string) => void,
): Promise<void> {
  const missing = names.filter((name) => !PROOF[name].some((path) => existsSync(path)));
  if (missing.length === 0) return;
  const wanted = missing.join(" ");
  if (!existsSync("/usr/bin/apt-get") || process.getuid?.() !== 0) {
    throw new Error(
      `The tests need ${wanted}, and they can be installed only by root on Debian or Ubuntu. ` +
        `Install them ("apt-get install ${wanted}"), or set PODFLOW_TEST_KUBECONFIG to a cluster and PODFLOW_TEST_BROWSER to a Chromium of yours.`,
    );
  }
  log(`Installing ${wanted}`);
  await refreshPackageLists();
  await exclusively("podflow-apt", () =>
    apt(["install", "-y", "-qq", "--no-install-recommends", ...missing]),
  );
}

/** A new machine has no list of packages, and an old list names packages that are gone. */
export async function refreshPackageLists(): Promise<void> {
  await exclusively("podflow-apt", () => apt(["update", "-qq"]));
}

async function apt(args: string[]): Promise<void> {
  await runCommand("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
  });
}
