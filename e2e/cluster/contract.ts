import type { ClusterKind } from "./choose.ts";
import type { ClusterControl } from "./own/control.ts";

/** A Kubernetes that somebody may use until they let it go. */
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
