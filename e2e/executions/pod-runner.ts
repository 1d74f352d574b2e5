import type { Runner } from "#lib/runner/contract.ts";
import { accessFromKubeconfigFiles } from "#lib/runner/kubernetes/access.ts";
import { createKubernetesRunner } from "#lib/runner/kubernetes/kubernetes-runner.ts";

/** A runner of pods in this namespace: the same installation for every process that asks. */
export async function podsOf(kubeconfigPath: string, namespace: string): Promise<Runner> {
  const access = await accessFromKubeconfigFiles({
    paths: [kubeconfigPath],
    context: null,
    allowsExec: false,
  });
  return createKubernetesRunner({
    access,
    installationId: namespace,
    defaultNamespace: namespace,
  });
}
