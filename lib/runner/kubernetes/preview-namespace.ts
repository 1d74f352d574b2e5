import type { PreviewFinding } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure } from "./api-failure.ts";
import { finding } from "./preview-finding.ts";

const MODES = ["enforce", "audit", "warn"] as const;

/** Whether the namespace is there, and which Pod Security levels it has (pod-security-admission). */
export async function namespaceFindings(
  api: ClusterApi,
  namespace: string,
  signal: AbortSignal,
): Promise<PreviewFinding[]> {
  let labels: Record<string, string>;
  try {
    const answer = await api.call("GET", `/api/v1/namespaces/${encodeURIComponent(namespace)}`, {
      signal,
    });
    // The API server's own answer to a namespace that is there.
    labels = (answer as { metadata: { labels?: Record<string, string> } }).metadata.labels ?? {};
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 404) throw error;
    const message = `The namespace \`${namespace}\` does not exist in the cluster.`;
    const remedy = `Create it (kubectl create namespace ${namespace}), or name another in the task or the connection.`;
    const field = "metadata.namespace";
    return [finding("error", "namespace", message, { remedy, evidence: error.message, field })];
  }
  const levels = MODES.flatMap((mode) => {
    const level = labels[`pod-security.kubernetes.io/${mode}`];
    return level === undefined || level === "privileged" ? [] : [`${mode} \`${level}\``];
  });
  if (levels.length === 0) return [];
  const message = `Pod Security of the namespace \`${namespace}\`: ${levels.join(", ")}.`;
  return [finding("info", "admission", message, { field: "metadata.namespace" })];
}
