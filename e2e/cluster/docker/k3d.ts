import { answers, runCommand } from "../own/command.ts";
import { joinNetwork, REGISTRY_INSIDE } from "./registry.ts";

/** Ours is asked first; what it does not have comes from where its name says. */
const CONFIG = `mirrors:\n  "*":\n    endpoint: ["${REGISTRY_INSIDE}"]\n`;

export async function hasK3dCluster(cluster: string): Promise<boolean> {
  return answers("k3d", ["cluster", "get", cluster]);
}

/** Creates the cluster and writes its kubeconfig, which the user's own stays free of. */
export async function createK3dCluster(
  cluster: string,
  kubeconfigPath: string,
  writeInput: (text: string) => Promise<string>,
): Promise<void> {
  await runCommand("k3d", [
    "cluster",
    "create",
    cluster,
    "--no-lb",
    "--wait",
    "--timeout",
    "180s",
    "--kubeconfig-update-default=false",
    "--registry-config",
    await writeInput(CONFIG),
  ]);
  await joinNetwork(`k3d-${cluster}`);
  await writeK3dKubeconfig(cluster, kubeconfigPath);
}

export async function deleteK3dCluster(cluster: string): Promise<void> {
  await runCommand("k3d", ["cluster", "delete", cluster]);
}

export async function writeK3dKubeconfig(cluster: string, path: string): Promise<void> {
  await runCommand("k3d", ["kubeconfig", "write", cluster, "--output", path]);
}
