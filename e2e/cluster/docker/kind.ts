import { runCommand } from "../own/command.ts";
import { joinNetwork, REGISTRY_INSIDE } from "./registry.ts";

/** kind's nodes read a file per registry in this folder; `_default` is for every registry. */
const CONFIG = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
containerdConfigPatches:
- |-
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
`;
const HOSTS_FILE = "/etc/containerd/certs.d/_default/hosts.toml";
/** Ours is asked first; what it does not have comes from where its name says. */
const HOSTS = `[host."${REGISTRY_INSIDE}"]\ncapabilities = ["pull", "resolve"]\n`;

export async function hasKindCluster(cluster: string): Promise<boolean> {
  return (await runCommand("kind", ["get", "clusters"])).split("\n").includes(cluster);
}

/** Creates the cluster and writes its kubeconfig, which the user's own stays free of. */
export async function createKindCluster(
  cluster: string,
  kubeconfigPath: string,
  writeInput: (text: string) => Promise<string>,
): Promise<void> {
  const config = await writeInput(CONFIG);
  await runCommand("kind", [
    "create",
    "cluster",
    "--name",
    cluster,
    "--config",
    config,
    "--kubeconfig",
    kubeconfigPath,
    "--wait",
    "180s",
  ]);
  await joinNetwork("kind");
  const script = `mkdir -p "$(dirname ${HOSTS_FILE})" && printf '%s' "$0" > ${HOSTS_FILE}`;
  const nodes = await runCommand("kind", ["get", "nodes", "--name", cluster]);
  for (const node of nodes.split("\n").filter(Boolean)) {
    await runCommand("docker", ["exec", node, "sh", "-c", script, HOSTS]);
  }
}

export async function deleteKindCluster(cluster: string): Promise<void> {
  await runCommand("kind", ["delete", "cluster", "--name", cluster]);
}

export async function writeKindKubeconfig(cluster: string, path: string): Promise<void> {
  await runCommand("kind", ["export", "kubeconfig", "--name", cluster, "--kubeconfig", path]);
}
