import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "../contract.ts";
import { cacheFolder } from "../own/paths.ts";
import * as k3d from "./k3d.ts";
import * as kind from "./kind.ts";
import { REGISTRY, startRegistry } from "./registry.ts";

const TOOLS = {
  kind: {
    has: kind.hasKindCluster,
    create: kind.createKindCluster,
    writeKubeconfig: kind.writeKindKubeconfig,
    remove: kind.deleteKindCluster,
  },
  k3d: {
    has: k3d.hasK3dCluster,
    create: k3d.createK3dCluster,
    writeKubeconfig: k3d.writeK3dKubeconfig,
    remove: k3d.deleteK3dCluster,
  },
};

/** Joins the cluster of this name in Docker, or creates it; only one that it created ends by `stop`. */
export async function startInDocker(
  tool: keyof typeof TOOLS,
  name: string,
  log: (line: string) => void,
): Promise<Cluster> {
  const { has, create, writeKubeconfig, remove } = TOOLS[tool];
  const cluster = `podflow-${name}`;
  const folder = join(cacheFolder(), cluster);
  await mkdir(folder, { recursive: true });
  const kubeconfigPath = join(folder, "kubeconfig");
  const writeInput = async (text: string): Promise<string> => {
    const path = join(folder, "input.yaml");
    await writeFile(path, text);
    return path;
  };
  await startRegistry(log);
  const wasThere = await has(cluster);
  if (wasThere) {
    await writeKubeconfig(cluster, kubeconfigPath);
  } else {
    log(`Creating the cluster ${cluster} with ${tool}`);
    await create(cluster, kubeconfigPath, writeInput);
  }
  return {
    kind: tool,
    kubeconfigPath,
    registry: REGISTRY,
    stop: () => (wasThere ? Promise.resolve() : remove(cluster)),
  };
}
