import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { answers, runCommand } from "./command.ts";
import { exclusively } from "./lock.ts";
import { cacheFolder, shortHash } from "./paths.ts";
import { useFolder } from "./prune.ts";

const SOURCE = join(import.meta.dirname, "..", "node");
const CONTAINERD = "v2.3.7";
const CNI_PLUGINS = "v1.9.1";
const INSTALLED = [
  `github.com/containerd/containerd/v2/cmd/containerd@${CONTAINERD}`,
  `github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2@${CONTAINERD}`,
  `github.com/containerd/containerd/v2/cmd/ctr@${CONTAINERD}`,
  `github.com/containernetworking/plugins/plugins/main/bridge@${CNI_PLUGINS}`,
  `github.com/containernetworking/plugins/plugins/main/loopback@${CNI_PLUGINS}`,
  `github.com/containernetworking/plugins/plugins/ipam/host-local@${CNI_PLUGINS}`,
];
/** Without symbols and machine paths: the binaries are smaller and the Go cache serves every checkout. */
const FLAGS = ["-trimpath", "-ldflags"];

/**
 * Builds Kubernetes, containerd and the CNI plugins from Go modules, once per version, and returns
 * the folder with the binaries: `kube` (see node/main.go), `containerd`, `ctr`, `bridge`, …
 * Takes about 6 minutes on 2 cores, and under a second when it is already done.
 */
export async function buildNode(log: (line: string) => void): Promise<string> {
  const inputs = await Promise.all(
    ["go.mod", "go.sum", "main.go", "dns.go"].map((name) => readFile(join(SOURCE, name), "utf8")),
  );
  const version = /k8s\.io\/kubernetes v(\S+)/.exec(inputs[0] ?? "")?.[1];
  if (!version) throw new Error(`${SOURCE}/go.mod does not require k8s.io/kubernetes.`);
  const folder = join(cacheFolder(), `node-${version}-${shortHash(...inputs, ...INSTALLED)}`);
  if (!existsSync(folder)) {
    await exclusively(`podflow-build-${shortHash(folder)}`, async () => {
      if (!existsSync(folder)) await buildInto(folder, version, log);
    });
  }
  await useFolder(folder);
  return folder;
}

async function buildInto(folder: string, version: string, log: (line: string) => void) {
  if (!(await answers("go", ["version"]))) {
    throw new Error(
      "Building a Kubernetes needs Go 1.26 or later, and no `go` answers. Install Go, or start Docker " +
        "with kind or k3d, or set PODFLOW_TEST_KUBECONFIG to a cluster of yours.",
    );
  }
  const work = await mkdtemp(`${folder}.making-`);
  try {
    const source = join(work, "source");
    await mkdir(source);
    await cp(SOURCE, source, { recursive: true });
    const began = performance.now();
    log(`Building Kubernetes ${version} (the first time takes about 6 minutes on 2 cores)`);
    await buildKubernetes(source, join(work, "kube"), version, log);
    log("Building containerd and the CNI plugins");
    for (const module of INSTALLED) {
      // A module is installed with the versions of its own go.mod only outside any other module.
      await runCommand("go", ["install", ...FLAGS, "-s -w", module], {
        cwd: "/",
        env: { GOBIN: work, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" },
      });
    }
    await rm(source, { recursive: true });
    await rename(work, folder);
    log(`Built in ${Math.round((performance.now() - began) / 1000)} s`);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

async function buildKubernetes(
  source: string,
  output: string,
  version: string,
  log: (line: string) => void,
): Promise<void> {
  const [major, minor] = version.split(".");
  const stamp = `k8s.io/component-base/version`;
  const variables =
    `-s -w -X ${stamp}.gitVersion=v${version} -X ${stamp}.gitMajor=${major} ` +
    `-X ${stamp}.gitMinor=${minor}`;
  let packages = 0;
  await runCommand("go", ["build", "-v", "-mod=readonly", ...FLAGS, variables, "-o", output, "."], {
    cwd: source,
    env: { CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" },
    onLine: () => {
      packages += 1;
      if (packages % 250 === 0) log(`  … ${packages} packages compiled`);
    },
  });
}
