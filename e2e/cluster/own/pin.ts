import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./command.ts";

const FOLDER = join(import.meta.dirname, "..", "node");
const IMAGE_REGISTRY = "github.com/google/go-containerregistry v0.22.1";

/**
 * Writes node/go.mod and node/go.sum for a version of Kubernetes. Its own go.mod takes the staging
 * modules from folders of its repository; here they are replaced by their published twins, v0.N.
 * @throws Error when there is no such version.
 */
export async function pinKubernetes(version: string): Promise<void> {
  if (!/^1\.\d+\.\d+$/.test(version)) {
    throw new Error(`"${version}" is no version of Kubernetes; one looks like 1.37.2.`);
  }
  const module = `k8s.io/kubernetes@v${version}`;
  const answer = await runCommand("go", ["mod", "download", "-json", module], { cwd: "/" });
  // What `go help mod download` promises for -json.
  const { GoMod: path } = JSON.parse(answer) as { GoMod: string };
  const original = await readFile(path, "utf8");
  const language = /^go (\S+)$/m.exec(original)?.[1] ?? "1.26.0";
  const staging = [...original.matchAll(/^\s*(?:replace )?(k8s\.io\/\S+) => \.\/staging/gm)];
  const twin = `v0.${version.slice("1.".length)}`;
  const replaced = staging.map(([, name]) => `\t${name} => ${name} ${twin}\n`).join("");
  await writeFile(
    join(FOLDER, "go.mod"),
    `module podflow.dev/e2e/cluster/node\n\ngo ${language}\n\n` +
      `require (\n\tk8s.io/kubernetes v${version}\n\t${IMAGE_REGISTRY}\n)\n\n` +
      `replace (\n${replaced})\n`,
  );
  await runCommand("go", ["mod", "tidy"], { cwd: FOLDER, env: { GOFLAGS: "", GOWORK: "off" } });
}
