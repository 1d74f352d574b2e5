import { access } from "node:fs/promises";
import type { Cluster } from "./contract.ts";

/**
 * The cluster of PODFLOW_TEST_KUBECONFIG, which is left as it is. PODFLOW_TEST_REGISTRY names a
 * registry that has the test images, if there is one.
 * @throws Error when the file cannot be read.
 */
export async function useGivenCluster(): Promise<Cluster> {
  const path = process.env.PODFLOW_TEST_KUBECONFIG ?? "";
  await access(path).catch((cause: unknown) => {
    throw new Error(`PODFLOW_TEST_KUBECONFIG names ${path}, which cannot be read.`, { cause });
  });
  return {
    kind: "given",
    kubeconfigPath: path,
    registry: process.env.PODFLOW_TEST_REGISTRY ?? "",
    stop: async () => undefined,
  };
}
