import { startInDocker } from "./docker/start.ts";
import { useGivenCluster } from "./given.ts";
import { startOwnCluster } from "./own/start.ts";
import { choose, type ClusterKind } from "./choose.ts";
import type { ClusterControl } from "./own/control.ts";

export interface Cluster {
  kind: ClusterKind;
  kubeconfigPath: string;
  /** Host and port of the registry with the test images, as nodes see it; empty when there is none. */
  registry: string;
  /** Where the components' logs are, which stay after the cluster's end. */
  logsDir?: string;
  /** Ways to break parts of the cluster; only a cluster of our own has them. */
  control?: ClusterControl;
  /** Lets the cluster go. It ends with the last who uses it, unless it was there before. */
  stop(): Promise<void>;
}

export interface ClusterOptions {
  log: (line: string) => void;
  /**
   * Callers of one name share a cluster. Tests that break parts of it take a name of their own.
   * Up to ten small letters and digits; default "shared".
   */
  name?: string;
}

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
