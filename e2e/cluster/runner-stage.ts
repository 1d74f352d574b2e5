import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTestNamespace, type TestNamespace } from "#lib/runner/kubernetes/test-stage.ts";
import { type Api, openApi } from "./api.ts";
import { startCluster } from "./cluster.ts";
import type { Cluster } from "./contract.ts";

/** What a file of cluster tests about the runner stands on. */
export interface RunnerStage {
  cluster: Cluster;
  /** The cluster's administrator, who needs no runner. */
  admin: Api;
  namespace: TestNamespace;
  /** For kubeconfigs and the like. */
  folder: string;
  close(): Promise<void>;
}

/**
 * Starts or joins the cluster, with a namespace and a folder of the file's own.
 * @param name of a cluster of one's own, to break parts of it
 */
export async function openRunnerStage(name?: string): Promise<RunnerStage> {
  const cluster = await startCluster({
    log: (line) => process.stderr.write(`${line}\n`),
    ...(name !== undefined && { name }),
  });
  const admin = await openApi(cluster.kubeconfigPath);
  const namespace = await openTestNamespace(cluster.kubeconfigPath);
  const folder = await mkdtemp(join(tmpdir(), "podflow-runner-"));
  return {
    cluster,
    admin,
    namespace,
    folder,
    close: async () => {
      await namespace.remove();
      await admin.close();
      await rm(folder, { recursive: true });
      await cluster.stop();
    },
  };
}
