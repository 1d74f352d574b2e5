import type { PreviewFinding } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { finding } from "./preview-finding.ts";
import type { Amounts, ContainerView, PodView } from "./preview-pod.ts";
import { amountOf } from "./quantity.ts";

interface QuotaView {
  metadata: { name: string };
  spec?: { scopes?: string[]; scopeSelector?: unknown };
  status?: { hard?: Amounts; used?: Amounts };
}

/**
 * Whether the quotas of the namespace have room for the pod. The dry run says so too, but not when
 * it was refused for another reason; quotas with scopes are left to it.
 */
export async function quotaFindings(
  api: ClusterApi,
  { pod, namespace, main, signal }: QuotaQuestion,
): Promise<PreviewFinding[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/resourcequotas`;
  // The API server's own answer to a list.
  const { items = [] } = (await api.call("GET", path, { signal })) as { items?: QuotaView[] };
  const isPlain = ({ spec }: QuotaView) => !spec?.scopes?.length && !spec?.scopeSelector;
  return items.filter(isPlain).flatMap((quota) => exceeded(quota, pod, main));
}

interface QuotaQuestion {
  pod: PodView;
  namespace: string;
  /** Field of the user's container. */
  main: string;
  signal: AbortSignal;
}

function exceeded(quota: QuotaView, pod: PodView, main: string): PreviewFinding[] {
  const { hard = {}, used = {} } = quota.status ?? {};
  const wanted = countedBy(pod);
  return Object.entries(hard).flatMap(([resource, limit]) => {
    const asks = wanted[resource];
    const max = amountOf(limit);
    const now = used[resource] ?? 0;
    if (asks === undefined || max === null) return [];
    if ((amountOf(now) ?? 0) + asks <= max) return [];
    const field = resource === "pods" || resource.startsWith("count/") ? "" : `${main}.resources`;
    const message = `The quota \`${quota.metadata.name}\` has no room for the pod: ${resource} is ${now} of ${limit} already, and the pod asks for ${shown(asks)}.`;
    const remedy =
      "Wait until other pods end, ask for less in resources, or raise the ResourceQuota.";
    return [finding("error", "quota", message, { remedy, field })];
  });
}

/** What a quota counts of a pod, by the names a quota has for it (pkg/quota/v1/evaluator/core/pods.go). */
function countedBy(pod: PodView): Record<string, number> {
  const counted: Record<string, number> = { pods: 1, "count/pods": 1 };
  for (const [name, amount] of Object.entries(requestsOf(pod))) {
    counted[`requests.${name}`] = amount;
    if (["cpu", "memory", "ephemeral-storage"].includes(name)) counted[name] = amount;
  }
  for (const [name, amount] of Object.entries(sumOf(pod, limitsOf))) {
    counted[`limits.${name}`] = amount;
  }
  return counted;
}

/** What a pod asks of a node, by resource, in units; a limit without a request asks for itself. */
export function requestsOf(pod: PodView): Record<string, number> {
  return sumOf(pod, ({ resources }) => ({ ...resources?.limits, ...resources?.requests }));
}

function limitsOf({ resources }: ContainerView): Amounts {
  return resources?.limits ?? {};
}

/** Containers count together; an init container counts alone, unless it is a sidecar. */
function sumOf(pod: PodView, amounts: (container: ContainerView) => Amounts) {
  const { containers = [], initContainers = [] } = pod;
  const isSidecar = ({ restartPolicy }: ContainerView) => restartPolicy === "Always";
  const sum: Record<string, number> = {};
  for (const container of [...containers, ...initContainers.filter(isSidecar)]) {
    for (const [name, quantity] of Object.entries(amounts(container))) {
      sum[name] = (sum[name] ?? 0) + (amountOf(quantity) ?? 0);
    }
  }
  for (const container of initContainers.filter((one) => !isSidecar(one))) {
    for (const [name, quantity] of Object.entries(amounts(container))) {
      sum[name] = Math.max(sum[name] ?? 0, amountOf(quantity) ?? 0);
    }
  }
  return sum;
}

function shown(amount: number): string {
  return amount >= 2 ** 20 ? `${Math.ceil(amount / 2 ** 20)}Mi` : String(amount);
}
