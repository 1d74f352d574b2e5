import { startInDocker } from "./docker/start.ts";
import { useGivenCluster } from "./given.ts";
import { startOwnCluster } from "./own/start.ts";
import { choose } from "./choose.ts";
import type { Cluster, ClusterOptions } from "./contract.ts";

/**
 * A real Kubernetes: the one of PODFLOW_TEST_KUBECONFIG, else one by kind or k3d when a Docker
 * engine answers, else one of our own, built from Go modules (6 minutes the first time, then 4 s).
 * @throws Error that says what to install or set when there is no way to have one here.
 */
export async function startCluster({ log, name = "shared" }: ClusterOptions): Promise<Cluster> {
  if (!/^[a-z0-9]{1,10}$/.test(name)) {
    throw new Error(`"${name}" cannot name a cluster: use up to 10 small letters and digits.`);
  }
  const kind = await choose();
  switch (kind) {
    case "given":
      return useGivenCluster();
    case "kind":
    case "k3d":
      return startInDocker(kind, name, log);
    case "own":
      return startOwnCluster(name, log);
  }
}
