import { isDeepStrictEqual } from "node:util";
import type { PreviewFinding } from "../contract.ts";
import { finding } from "./preview-finding.ts";
import type { ContainerView, PodView } from "./preview-pod.ts";

/**
 * What rules of the cluster put into the pod beyond the defaults that every pod gets: containers of
 * a service mesh, and the amounts of a LimitRange.
 */
export function additionFindings(pod: PodView, admitted: PodView | null): PreviewFinding[] {
  if (admitted === null) return [];
  return (["containers", "initContainers"] as const).flatMap((list) => {
    const own = pod[list] ?? [];
    return (admitted[list] ?? []).flatMap((container) => {
      const ours = own.findIndex(({ name }) => name === container.name);
      const before = own[ours];
      return before === undefined
        ? [added(container)]
        : amounts(before, container, `spec.${list}[${ours}]`);
    });
  });
}

function added({ name = "", image = "" }: ContainerView): PreviewFinding {
  const message = `The cluster adds the container \`${name}\` to the pod.`;
  return finding("info", "admission", message, { evidence: image });
}

/** Requests that follow from limits alone are a default of every pod. */
function amounts(before: ContainerView, after: ContainerView, field: string): PreviewFinding[] {
  const { requests = {}, limits = {} } = before.resources ?? {};
  const usual = { requests: { ...limits, ...requests }, limits };
  const now = {
    requests: after.resources?.requests ?? {},
    limits: after.resources?.limits ?? {},
  };
  const isSame = (["requests", "limits"] as const).every((side) =>
    isDeepStrictEqual(Object.keys(usual[side]).toSorted(), Object.keys(now[side]).toSorted()),
  );
  if (isSame) return [];
  const message = `The cluster gives the container \`${after.name}\` amounts that the task does not set (a LimitRange).`;
  return [
    finding("info", "admission", message, {
      evidence: JSON.stringify(after.resources),
      field: `${field}.resources`,
    }),
  ];
}
