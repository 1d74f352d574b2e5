import { answers } from "./own/command.ts";

/** How there can be a cluster here; `given` is one that somebody else started. */
export type ClusterKind = "given" | "kind" | "k3d" | "own";

/** The first way that works: the kubeconfig given, kind or k3d with a Docker engine, our own build. */
export async function choose(): Promise<ClusterKind> {
  if (process.env.PODFLOW_TEST_KUBECONFIG) return "given";
  // `docker version` fails when there is a client but no engine that answers.
  if (await answers("docker", ["version"])) {
    if (await answers("kind", ["version"])) return "kind";
    if (await answers("k3d", ["version"])) return "k3d";
  }
  return "own";
}
