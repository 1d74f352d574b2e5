import type { Settings } from "#lib/config/env.ts";
import { IN_CLUSTER } from "#lib/core/connection-view.ts";
import { RunnerError } from "#lib/runner/contract.ts";
import {
  accessFromKubeconfig,
  accessFromKubeconfigFiles,
  accessInCluster,
  type ClusterAccess,
} from "#lib/runner/kubernetes/access.ts";
import { database } from "#lib/store/database.ts";
import { loadKey, SealError, unseal } from "./secret-box.ts";

/**
 * How to reach the cluster of a connection.
 * @throws RunnerError of kind `config` when there is no such connection (any more), or what is
 * stored of it cannot be used
 */
export async function openAccess(id: string, settings: Settings): Promise<ClusterAccess> {
  if (id === IN_CLUSTER) {
    const access = await accessInCluster();
    if (access) return access;
    throw gone(id, "Podflow does not run in a cluster.");
  }
  if (id.startsWith("context:"))
    return accessFromKubeconfigFiles({
      paths: settings.kubeconfigPaths,
      context: id.slice("context:".length),
      // The machine's own files are its owner's word already.
      allowsExec: true,
    });
  return accessOfImported(id, settings);
}

async function accessOfImported(id: string, settings: Settings): Promise<ClusterAccess> {
  const row = await database().connection.findUnique({ where: { id } });
  if (row?.kind !== "imported" || !row.kubeconfig) throw gone(id, "It was removed.");
  let text: string;
  try {
    text = unseal(row.kubeconfig, id, await loadKey(settings));
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw refusal(
      `The stored kubeconfig of "${row.name}" cannot be decrypted: the key is not the one it was sealed with.`,
      "Restore the key (PODFLOW_KEY, or the file key in the data folder), or import the kubeconfig again.",
    );
  }
  return accessFromKubeconfig({
    text,
    context: row.context,
    allowsExec: settings.allowsKubeconfigExec,
    allowsFiles: false,
  });
}

function gone(id: string, why: string): RunnerError {
  return refusal(
    `There is no connection "${id}". ${why}`,
    "Execute again on another connection, or import its kubeconfig.",
  );
}

function refusal(message: string, remedy: string): RunnerError {
  return new RunnerError("config", message, { remedy, fault: "user", isTransient: false });
}
