import { existsSync } from "node:fs";
import { installPackages } from "#e2e/cluster/own/packages.ts";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/**
 * The browser for the browser ring: PODFLOW_TEST_BROWSER, one that is installed, else Debian's.
 * @throws Error that says what to install when it cannot be had
 */
export async function findBrowser(log: (line: string) => void): Promise<string> {
  const given = process.env["PODFLOW_TEST_BROWSER"];
  if (given) return given;
  const found = PATHS.find((path) => existsSync(path));
  if (found) return found;
  await installPackages(["chromium"], log);
  return PATHS[0] ?? "";
}
