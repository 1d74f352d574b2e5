import type { PreviewFinding } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { finding } from "./preview-finding.ts";
import type { Amounts, PodView, Requirement, Toleration } from "./preview-pod.ts";
import { requestsOf } from "./preview-quota.ts";
import { amountOf } from "./quantity.ts";

export interface NodeView {
  metadata: { name: string; labels?: Record<string, string> };
  spec?: { unschedulable?: boolean; taints?: { key: string; value?: string; effect: string }[] };
  status?: {
    conditions?: { type: string; status: string }[];
    allocatable?: Amounts;
    nodeInfo?: { operatingSystem?: string; architecture?: string };
    images?: { names?: string[] }[];
  };
}

/** More are not read: one answer, and a match is found among so many or the selector is odd. */
const MAX_NODES = 500;

/** The nodes of the cluster. @throws ApiFailure, 403 for most who are no administrators */
export async function readNodes(
  api: ClusterApi,
  signal: AbortSignal,
): Promise<{ nodes: NodeView[]; areAll: boolean }> {
  const answer = await api.call("GET", "/api/v1/nodes", { query: { limit: MAX_NODES }, signal });
  // The API server's own answer to a list.
  const { items, metadata } = answer as {
    items?: NodeView[];
    metadata?: { continue?: string };
  };
  return { nodes: items ?? [], areAll: !metadata?.continue };
}

export function isReady(node: NodeView): boolean {
  const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" && node.spec?.unschedulable !== true;
}

interface Demand {
  field: string;
  /** What the pod wants, e.g. `the label disk=ssd`. */
  wants: string;
  remedy: string;
  fits: (node: NodeView) => boolean;
}

const AUTOSCALER = "The pod would wait, unless the cluster adds nodes by itself.";

/** Whether some ready node can take the pod, and if not, which of its wishes no node meets. */
export function nodeFindings(pod: PodView, nodes: NodeView[], main: string): PreviewFinding[] {
  const ready = nodes.filter(isReady);
  if (ready.length === 0) {
    const evidence = nodes.map(({ metadata }) => metadata.name).join(", ");
    const message = `None of the ${nodes.length} nodes takes pods now. ${AUTOSCALER}`;
    return [finding("warning", "nodes", message, { evidence })];
  }
  const demands = demandsOf(pod, main);
  if (ready.some((node) => demands.every(({ fits }) => fits(node)))) return [];
  const unmet = demands.filter(({ fits }) => !ready.some(fits));
  if (unmet.length > 0) {
    return unmet.map(({ field, wants, remedy }) => {
      const message = `No ready node has ${wants}. ${AUTOSCALER}`;
      return finding("warning", "nodes", message, {
        field,
        remedy,
        evidence: whatNodesHave(ready),
      });
    });
  }
  const wishes = demands.map(({ wants }) => wants).join(", ");
  const message = `No ready node has all of this at once: ${wishes}. ${AUTOSCALER}`;
  const field = demands[0]?.field ?? "spec";
  return [finding("warning", "nodes", message, { field, evidence: whatNodesHave(ready) })];
}

function demandsOf(pod: PodView, main: string): Demand[] {
  const labels = Object.entries(pod.nodeSelector ?? {}).map(([key, value]): Demand => ({
    field: `spec.nodeSelector[${key}]`,
    wants: `the label \`${key}=${value}\``,
    remedy: "Correct nodeSelector, or give a node this label.",
    fits: (node) => node.metadata.labels?.[key] === value,
  }));
  const terms =
    pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const affinity: Demand = {
    field: "spec.affinity",
    wants: "what the node affinity requires",
    remedy: "Correct the required node affinity, or give a node what it asks for.",
    fits: (node) =>
      (terms ?? []).some(({ matchExpressions = [], matchFields = [] }) => {
        const fields = matchFields.every((one) => meets(one, node.metadata.name));
        const { labels: own = {} } = node.metadata;
        return fields && matchExpressions.every((one) => meets(one, own[one.key]));
      }),
  };
  const taints: Demand = {
    field: "spec.tolerations",
    wants: "only taints that the pod tolerates",
    remedy: "Add a toleration for the taint in podSpec.tolerations.",
    fits: (node) => toleratesAll(node, pod.tolerations ?? []),
  };
  return [...labels, ...(terms ? [affinity] : []), taints, ...sizesOf(pod, main)];
}

function sizesOf(pod: PodView, main: string): Demand[] {
  return Object.entries(requestsOf(pod)).map(([resource, wanted]) => ({
    field: `${main}.resources.requests[${resource}]`,
    wants: `${shown(wanted, resource)} of ${resource} for pods`,
    remedy: "Ask for less in resources, or add a larger node.",
    fits: (node) => wanted <= (amountOf(node.status?.allocatable?.[resource] ?? 0) ?? 0),
  }));
}

function toleratesAll(node: NodeView, tolerations: Toleration[]): boolean {
  const hard = (node.spec?.taints ?? []).filter(({ effect }) => effect !== "PreferNoSchedule");
  return hard.every((taint) =>
    tolerations.some(
      ({ key, operator = "Equal", value = "", effect }) =>
        (!key || key === taint.key) &&
        (!effect || effect === taint.effect) &&
        (operator === "Exists" || value === (taint.value ?? "")),
    ),
  );
}

/** component-helpers/scheduling/corev1/nodeaffinity: the operators of a requirement. */
function meets({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return Number(value) > Number(values[0]);
    case "Lt":
      return Number(value) < Number(values[0]);
    default:
      return false;
  }
}

const MANY = 20;

function whatNodesHave(nodes: NodeView[]): string {
  const lines = nodes.slice(0, MANY).map(({ metadata, spec, status }) => {
    const labels = Object.entries(metadata.labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(" ");
    const taints = (spec?.taints ?? []).map(({ key, value, effect }) =>
      value ? `${key}=${value}:${effect}` : `${key}:${effect}`,
    );
    const { cpu = "?", memory = "?" } = status?.allocatable ?? {};
    const tainted = taints.length > 0 ? `; taints ${taints.join(" ")}` : "";
    return `${metadata.name}: cpu ${cpu}, memory ${memory}${tainted}; ${labels}`;
  });
  const more = nodes.length > MANY ? [`and ${nodes.length - MANY} more`] : [];
  return [...lines, ...more].join("\n");
}

function shown(amount: number, resource: string): string {
  const isBytes = resource === "memory" || resource === "ephemeral-storage";
  return isBytes ? `${Math.ceil(amount / 2 ** 20)}Mi` : String(amount);
}
