import type { EndCause, Words } from "./cause.ts";
import { wordsIn } from "./cause.ts";
import { FULL_DISK } from "./container-causes.ts";
import { WAITS_FOR_FILES } from "./helper-script.ts";
import {
  ANNOTATION,
  disruptionOf,
  HELPER,
  INIT_HELPER,
  MAIN,
  type Pod,
  statusOf,
  type Terminated,
} from "./pod.ts";

/** What the rows of ended pods look at. */
export interface EndFacts {
  pod: Pod;
  /** The end of the user's container; null when nobody saw one. */
  main: Terminated | null;
}

export interface EndRow extends EndCause {
  /** The words of its texts when the row applies, else null. */
  match(facts: EndFacts): Words | null;
}

/** What the kubelet says in the condition DisruptionTarget, and the reason that it gives with it. */
const KUBELET_ENDS: [message: RegExp, reason: string][] = [
  // pkg/kubelet/eviction/helpers.go, nodeLowMessageFmt
  [/^The node was low on resource/, "Evicted"],
  // pkg/kubelet/nodeshutdown/nodeshutdown_manager.go
  [/imminent node shutdown/, "Terminated"],
  // pkg/kubelet/preemption/preemption.go
  [/preempted by Kubelet/, "Preempting"],
];

/**
 * What the node says it ended the pod for; null: nothing. Where all its programs answered by ending
 * well, the pod has succeeded, without the reason (generateAPIPodStatus of pkg/kubelet/kubelet_pods.go):
 * only the condition tells, and none for a limit of the pod's own.
 */
export function endByNode(pod: Pod): { reason: string; message: string } | null {
  const { reason, message = "" } = pod.status ?? {};
  if (reason) return { reason, message };
  const chosen = disruptionOf(pod);
  if (chosen?.reason !== "TerminationByKubelet") return null;
  const said = chosen.message ?? "";
  const known = KUBELET_ENDS.find(([words]) => words.test(said));
  return known ? { reason: known[1], message: said } : null;
}

/**
 * A pod that the node ended for one of these reasons, with a message that has these words. It does not
 * apply to a program that had ended by itself before: such a pod went on only for its other containers.
 */
export const podReason =
  (reasons: string[], message = /^/) =>
  (facts: EndFacts): Words | null => {
    const told = endByNode(facts.pod);
    if (!told || !reasons.includes(told.reason) || hadEndedBefore(facts)) return null;
    return wordsIn(told.message, message);
  };

/** What a slow node may take beyond the grace, from ending a pod until its sandbox is gone. */
const SLOW_END_MS = 30_000;

/**
 * Whether the program had ended before the node began to end the pod: SyncTerminatingPod of
 * pkg/kubelet/kubelet.go changes the pod's phase and reason and keeps what its containers say.
 */
function hadEndedBefore({ pod, main }: EndFacts): boolean {
  if (!main?.finishedAt || LOST_REASONS.includes(main.reason ?? "")) return false;
  // Whole seconds of one clock, the node's: within the same one it may be either.
  return Date.parse(main.finishedAt) < endOfPodFrom(pod);
}

/** The earliest moment at which the node can have begun to end the pod; NaN: not known. */
function endOfPodFrom(pod: Pod): number {
  const { spec, status } = pod;
  if (status?.reason === "DeadlineExceeded") {
    // pkg/kubelet/active_deadline.go, pastActiveDeadline
    return Date.parse(status.startTime ?? "") + Number(spec?.activeDeadlineSeconds) * 1000;
  }
  // Other ends are told when they are over. So is the condition DisruptionTarget, with the moment at which
  // that was sent (mergePodStatus of pkg/kubelet/status/status_manager.go): it is no beginning either.
  const ends = (status?.containerStatuses ?? []).map(({ state }) => state?.terminated?.finishedAt);
  const sandbox = status?.conditions?.find(
    (one) => one.type === "PodReadyToStartContainers" && one.status === "False",
  );
  const told = [sandbox?.lastTransitionTime, ...ends];
  const last = Math.max(...told.map((time) => Date.parse(time ?? "1970")));
  return last - (spec?.terminationGracePeriodSeconds ?? 30) * 1000 - SLOW_END_MS;
}

/**
 * A pod that was chosen to be removed: the condition DisruptionTarget. It does not apply to a program
 * that had ended by itself before: whoever removes a pod sets the condition first, and only then asks
 * for the deletion that ends the program.
 */
export const disruption =
  (reason: string) =>
  ({ pod, main }: EndFacts): Words | null => {
    const asked = deletionAskedAt(pod);
    if (main?.finishedAt && (asked === null || Date.parse(main.finishedAt) < asked)) return null;
    return disruptionOf(pod)?.reason === reason ? {} : null;
  };

/** Kubernetes sets the time of the deletion to the request's plus the grace. */
export function deletionAskedAt(pod: Pod): number | null {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  if (!deletionTimestamp) return null;
  return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
}

/** A user's container that says one of these reasons, and a message that has these words. */
export const mainReason =
  (reasons: string[], message = /^/) =>
  ({ main }: EndFacts): Words | null =>
    reasons.includes(main?.reason ?? "") ? wordsIn(main?.message ?? "", message) : null;

/** containerd internal/cri/server/container_start.go; ContainerCannotRun of older runtimes. */
export const START_REASONS = ["StartError", "ContainerCannotRun"];
/** pkg/kubelet ContainerStatusUnknown; containerd internal/cri/server/helpers.go, unknownExitReason. */
export const LOST_REASONS = ["ContainerStatusUnknown", "Unknown"];
/** What the runtime complains about when the container itself is wrong. */
const CONTAINERS_FAULT = /exec: "|exec format error|chdir|mkdir |mount|memory|not a directory/;

/** Whether the node's runtime did this to the container: no image or command is wrong. */
export function isRuntimesFault({ reason = "", message = "" }: Terminated): boolean {
  if (LOST_REASONS.includes(reason)) return true;
  if (!START_REASONS.includes(reason)) return false;
  return FULL_DISK.test(message) || !CONTAINERS_FAULT.test(message);
}

/** Whether main still waited for its files, so that the user's code had not begun. */
export function waitedForFiles({ main }: Pick<EndFacts, "main">): boolean {
  return main?.message?.startsWith(WAITS_FOR_FILES) ?? false;
}

/** Whether the node ended the pod while an init container still brought its files. */
export function wasBringing(facts: EndFacts): boolean {
  const { main, pod } = facts;
  const isUploaded = pod.metadata.annotations?.[ANNOTATION.upload] === "true";
  const bringing = statusOf(pod, INIT_HELPER)?.state?.terminated;
  if (main || !isUploaded || !bringing?.finishedAt) return false;
  return !(Date.parse(bringing.finishedAt) < endOfPodFrom(pod));
}

/** Names that every row may use. */
export function wordsOf({ pod, main }: EndFacts): Words {
  const container = pod.spec?.containers.find(({ name }) => name === MAIN);
  const memory = container?.resources?.limits?.memory;
  return {
    node: pod.spec?.nodeName ?? "of the pod",
    pod: pod.metadata.name,
    image: container?.image ?? "",
    reason: pod.status?.reason ?? pod.status?.phase ?? "no status",
    exitCode: String(main?.exitCode ?? "unknown"),
    memory: memory ? `its memory limit of ${memory}` : "the memory of the node",
  };
}

export function helperEnd({ pod }: EndFacts): Terminated | undefined {
  return statusOf(pod, HELPER)?.state?.terminated ?? statusOf(pod, INIT_HELPER)?.state?.terminated;
}

/** A container that the flow put before main, and that failed. */
export function failedInit({ pod, main }: EndFacts): { name: string; end: Terminated } | null {
  if (main) return null;
  for (const { name, state } of pod.status?.initContainerStatuses ?? []) {
    const end = state?.terminated;
    if (name !== INIT_HELPER && end && end.exitCode !== 0) return { name, end };
  }
  return null;
}
