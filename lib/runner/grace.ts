import type { KubernetesOptions } from "./kubernetes-options.ts";

/**
 * Seconds between SIGTERM and SIGKILL that the flow asks for with `podSpec`; null: it says none, or
 * something else than a number, which is the API server's to refuse.
 */
export function writtenGraceSeconds({
  podSpec,
}: Pick<KubernetesOptions, "podSpec">): number | null {
  const written = podSpec?.["terminationGracePeriodSeconds"];
  return typeof written === "number" && Number.isInteger(written) && written >= 0 ? written : null;
}
