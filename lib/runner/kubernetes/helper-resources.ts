import type { KubernetesOptions, ManifestPart, ResourceAmounts } from "../kubernetes-options.ts";
import { isFilesVolumeInMemory } from "./files-volume.ts";
import { MAIN } from "./pod.ts";
import { isPart } from "./pod-merge.ts";

type Parts = Pick<
  KubernetesOptions,
  "resources" | "podSpec" | "containerSpec" | "containerDefaultSpec" | "helperSpec"
>;

export function hasAmounts({ requests, limits }: ResourceAmounts): boolean {
  return Object.keys(requests).length + Object.keys(limits).length > 0;
}

/**
 * Where main says what it asks for, the helper must too: a quota refuses pods that leave out what
 * it counts, and one container without limits takes the class "Guaranteed" from the whole pod. What
 * the flow says of the helper itself, or of all containers, is left alone.
 */
export function resourcesLikeMain(parts: Parts): { resources?: ResourceAmounts } {
  const isSaid = [parts.helperSpec, parts.containerDefaultSpec].some((one) => one?.["resources"]);
  if (isSaid) return {};
  const { requests, limits } = resourcesOfMain(parts);
  const pick = (from: ManifestPart, names: Record<string, string>) =>
    Object.fromEntries(Object.entries(names).filter(([name]) => name in from));
  // What the helper writes into a volume of memory counts as its own.
  const memory = isFilesVolumeInMemory(parts) ? String(limits["memory"]) : "128Mi";
  const ownLimits = pick(limits, { cpu: "250m", memory });
  const isGuaranteed = Object.keys({ ...requests, ...limits }).every(
    (name) => (requests[name] ?? limits[name]) === limits[name],
  );
  const ownRequests = isGuaranteed ? ownLimits : pick(requests, { cpu: "10m", memory: "16Mi" });
  const resources = { requests: ownRequests, limits: ownLimits };
  return hasAmounts(resources) ? { resources } : {};
}

/** By its own property and in the raw parts of its container. */
function resourcesOfMain({ resources, podSpec, containerSpec }: Parts): {
  requests: ManifestPart;
  limits: ManifestPart;
} {
  const containers: unknown = podSpec?.["containers"];
  const entry: unknown = Array.isArray(containers)
    ? containers.find((one: unknown) => isPart(one) && one["name"] === MAIN)
    : null;
  const raw = [entry, containerSpec].map((part) => partOf(part, "resources"));
  const all = (side: "requests" | "limits"): ManifestPart =>
    Object.assign({ ...resources[side] }, ...raw.map((one) => partOf(one, side)));
  return { requests: all("requests"), limits: all("limits") };
}

function partOf(part: unknown, key: string): ManifestPart {
  const inner = isPart(part) ? part[key] : null;
  return isPart(inner) ? inner : {};
}
