import { LATE_FILES_REMEDY } from "./container-causes.ts";
import {
  deletionAskedAt,
  disruption,
  type EndFacts,
  type EndRow,
  podReason,
  waitedForFiles,
  wasBringing,
} from "./end-facts.ts";
import { ANNOTATION } from "./pod.ts";

const EVICTION = "pkg/kubelet/eviction/helpers.go";
const AGAIN = "It is run again elsewhere where that is safe.";

/** Times are whole seconds: in the second of the request the end counts as its effect. */
function endedByDeletion({ pod, main }: EndFacts): boolean {
  const asked = deletionAskedAt(pod);
  if (asked === null) return false;
  return !main?.finishedAt || Date.parse(main.finishedAt) >= asked;
}

/** The pod used more than itself allows: nothing that passes by another try. */
const OVER_ITS_LIMIT: EndRow[] = [
  {
    id: "evicted-volume-limit",
    source: `${EVICTION}, emptyDirMessageFmt`,
    match: podReason(
      ["Evicted"],
      /EmptyDir volume "(?<volume>[^"]*)" exceeds the limit "(?<limit>[^"]*)"/,
    ),
    kind: "evicted",
    fault: "user",
    began: "status",
    says: 'The volume "{volume}" grew over its limit of {limit}, and the pod was evicted.',
    remedy: "Raise sizeLimit of the volume, or write less into it.",
  },
  {
    id: "evicted-container-disk",
    source: `${EVICTION}, containerEphemeralStorageMessageFmt`,
    match: podReason(
      ["Evicted"],
      /Container (?<container>\S+) exceeded its local ephemeral storage limit "(?<limit>[^"]*)"/,
    ),
    kind: "evicted",
    fault: "user",
    began: "status",
    says: 'The container "{container}" used more disk than its limit of {limit}, and the pod was evicted.',
    remedy: "Raise resources.limit.ephemeral-storage, or write less to the disk.",
  },
  {
    id: "evicted-pod-disk",
    source: `${EVICTION}, podEphemeralStorageMessageFmt`,
    match: podReason(
      ["Evicted"],
      /local storage usage exceeds the total limit of containers (?<limit>\S+?)\.?(\s|$)/,
    ),
    kind: "evicted",
    fault: "user",
    began: "status",
    says: "The pod used more disk than the limit of its containers, {limit}, and was evicted.",
    remedy: "Raise resources.limit.ephemeral-storage, or write less to the disk.",
  },
];

const EVICTED: EndRow[] = [
  {
    id: "evicted-node-disk",
    // What it tells of containers leaves out their volumes: it may be next to nothing.
    source: `${EVICTION}, nodeLowMessageFmt`,
    match: podReason(["Evicted"], /low on resource: ephemeral-storage/),
    kind: "evicted",
    fault: "platform",
    began: "status",
    says: "The node {node} ran short of disk and evicted the pod.",
    remedy:
      "Free the node's disk, or set resources.request.ephemeral-storage to what the task writes.",
  },
  {
    id: "evicted-usage",
    source: `${EVICTION}, nodeLowMessageFmt and containerMessageFmt`,
    match: podReason(
      ["Evicted"],
      /low on resource: (?<resource>[\w/-]+)[^]*?Container (?<container>\S+) was using (?<usage>[^,]+), request is (?<request>[^,]+),/,
    ),
    kind: "evicted",
    fault: "platform",
    began: "status",
    says: 'The node {node} ran short of {resource} and evicted the pod: its container "{container}" used {usage}, with {request} requested.',
    remedy: "Set resources.request.{resource} to what the task uses, or give the node more.",
  },
  {
    id: "evicted-resource",
    source: `${EVICTION}, nodeLowMessageFmt`,
    match: podReason(["Evicted"], /low on resource: (?<resource>[\w/-]+)/),
    kind: "evicted",
    fault: "platform",
    began: "status",
    says: "The node {node} ran short of {resource} and evicted the pod.",
    remedy: "Set resources.request.{resource} to what the task uses, or give the node more.",
  },
  {
    id: "evicted-pressure",
    source: `${EVICTION}, nodeConditionMessageFmt`,
    match: podReason(["Evicted"], /had condition: \[?(?<condition>[\w, ]+)/),
    kind: "evicted",
    fault: "platform",
    began: "no",
    says: "The node {node} has {condition} and did not take the pod.",
    remedy: "Give the node more of what it lacks, or choose others by nodeSelector.",
  },
  {
    id: "evicted",
    source: "pkg/kubelet/eviction/helpers.go, Reason",
    match: podReason(["Evicted"]),
    kind: "evicted",
    fault: "platform",
    began: "status",
    says: "The node {node} ran short of a resource and evicted the pod.",
    remedy: "Set resource requests to what the task uses, or give the node more of what it lacks.",
  },
  {
    id: "evicted-by-api",
    source: "pkg/registry/core/pod/storage/eviction.go, EvictionByEvictionAPI",
    match: disruption("EvictionByEvictionAPI"),
    kind: "evicted",
    fault: "platform",
    began: "status",
    says: "The pod was evicted from the node {node}, as when a node is drained.",
    remedy: AGAIN,
  },
];

const DISPLACED: EndRow[] = [
  {
    id: "preempted-by-scheduler",
    source: "pkg/scheduler/framework/preemption, PreemptionByScheduler",
    match: disruption("PreemptionByScheduler"),
    kind: "preempted",
    fault: "platform",
    began: "status",
    says: "The pod had to make room for one of higher priority.",
    remedy: "Give the pod a higher priority class, or the cluster more room.",
  },
  {
    id: "preempted-by-node",
    source: "pkg/kubelet/preemption/preemption.go",
    match: podReason(["Preempting", "Preempted"]),
    kind: "preempted",
    fault: "platform",
    began: "status",
    says: "The node {node} ended the pod to make room for one that the cluster itself needs.",
    remedy: "Give the node more room.",
  },
  {
    id: "node-shutting-down",
    source: "pkg/kubelet/nodeshutdown/nodeshutdown_manager.go, nodeShutdownNotAdmittedMessage",
    match: podReason(["NodeShutdown", "Terminated"], /rejected as the node is shutting down/),
    kind: "node-lost",
    fault: "platform",
    began: "no",
    says: "The node {node} was shutting down and did not take the pod.",
    remedy: AGAIN,
  },
  {
    id: "node-shutdown",
    source: "pkg/kubelet/nodeshutdown/nodeshutdown_manager.go, nodeShutdownReason",
    match: podReason(["Terminated", "Shutdown", "NodeShutdown"]),
    kind: "node-lost",
    fault: "platform",
    began: "status",
    says: "The node {node} was shut down while the pod ran.",
    remedy: AGAIN,
  },
  {
    id: "node-tainted",
    source: "pkg/controller/tainteviction/taint_eviction.go, DeletionByTaintManager",
    match: disruption("DeletionByTaintManager"),
    kind: "node-lost",
    fault: "platform",
    began: "status",
    says: "The node {node} got a taint that the pod does not tolerate, as when it no longer answers, and the pod was removed.",
    remedy: `${AGAIN} Look at the node (kubectl describe node {node}).`,
  },
  {
    id: "node-removed",
    source: "pkg/controller/podgc/gc_controller.go, DeletionByPodGC",
    match: disruption("DeletionByPodGC"),
    kind: "node-lost",
    fault: "platform",
    began: "status",
    says: "The node {node} was removed from the cluster while the pod ran.",
    remedy: AGAIN,
  },
  {
    id: "node-lost",
    source: "pkg/util/node, NodeUnreachablePodReason",
    match: podReason(["NodeLost"]),
    kind: "node-lost",
    fault: "platform",
    began: "status",
    says: "The node {node} was lost while the pod ran.",
    remedy: `${AGAIN} Look at the node.`,
  },
];

/** Only pods whose containers never ran have these reasons. */
const REFUSED: EndRow[] = [
  {
    id: "node-full",
    source: "pkg/kubelet/lifecycle/predicate.go, InsufficientResourcePrefix",
    match: ({ pod, main }) => {
      const found = /^OutOf(?<resource>.+)$/.exec(pod.status?.reason ?? "");
      return found && !main ? { resource: found.groups?.["resource"] ?? "" } : null;
    },
    kind: "unschedulable",
    fault: "platform",
    began: "no",
    says: "The node {node} had less free {resource} than the scheduler thought, and refused the pod.",
    remedy: AGAIN,
  },
  {
    id: "node-forbids",
    source:
      "pkg/kubelet/sysctl/allowlist.go; pkg/kubelet/lifecycle/predicate.go, PodOS… and others",
    match: ({ pod, main }) =>
      !main &&
      /^(SysctlForbidden|PodOS|AppArmor|InitContainerRestartPolicyForbidden|SupplementalGroupsPolicyNotSupported|PodFeatureUnsupported)/.test(
        pod.status?.reason ?? "",
      )
        ? {}
        : null,
    kind: "config",
    fault: "user",
    began: "no",
    says: "The node {node} does not allow what the pod asks for: {reason}.",
    remedy: "Correct podSpec, or choose nodes that allow it by nodeSelector.",
  },
  {
    id: "node-refused",
    source: "pkg/kubelet/lifecycle/predicate.go and handlers.go; pkg/kubelet/cm/admission",
    match: ({ pod, main }) =>
      !main &&
      /^(NodeAffinity|NodeName|NodePorts|Unexpected|UnknownReason|TopologyAffinityError|InvalidNodeInfo|Admission|Node|Pod)/.test(
        pod.status?.reason ?? "",
      )
        ? {}
        : null,
    kind: "unschedulable",
    fault: "platform",
    began: "no",
    says: "The node {node} refused the pod: {reason}.",
    remedy: AGAIN,
  },
];

const ASKED_FOR: EndRow[] = [
  {
    id: "pod-deadline-of-files",
    source: "pkg/kubelet/active_deadline.go, and init-files or main still waiting",
    match: (facts) =>
      (wasBringing(facts) || waitedForFiles(facts)) && podReason(["DeadlineExceeded"])(facts)
        ? { limit: String(facts.pod.spec?.activeDeadlineSeconds ?? "?") }
        : null,
    kind: "input-files",
    fault: "platform",
    began: "no",
    says: "The input files were not all there after {limit} s, when the pod was ended (activeDeadlineSeconds).",
    remedy: LATE_FILES_REMEDY,
  },
  {
    id: "pod-deadline-of-task",
    source: "pkg/kubelet/active_deadline.go, and our annotation of the task's timeout",
    match: (facts) => {
      const limit = facts.pod.metadata.annotations?.[ANNOTATION.timeoutSeconds];
      // A flow may have drawn the pod's own limit tighter.
      const isTighter = Number(facts.pod.spec?.activeDeadlineSeconds) < Number(limit);
      return limit && !isTighter && podReason(["DeadlineExceeded"])(facts) ? { limit } : null;
    },
    kind: "timeout",
    fault: "user",
    began: "status",
    says: "The task was ended after its timeout of {limit} s.",
    remedy: "Raise the task's timeout, or make the task faster.",
  },
  {
    id: "pod-deadline",
    source: "pkg/kubelet/active_deadline.go",
    match: (facts) =>
      podReason(["DeadlineExceeded"])(facts) && {
        limit: String(facts.pod.spec?.activeDeadlineSeconds ?? "?"),
      },
    kind: "timeout",
    fault: "user",
    began: "status",
    says: "The pod was ended after its limit of {limit} s (activeDeadlineSeconds).",
    remedy: "Raise activeDeadlineSeconds in podSpec, or make the task faster.",
  },
  {
    id: "deleted",
    source: "metadata.deletionTimestamp",
    match: (facts) => (endedByDeletion(facts) ? {} : null),
    kind: "deleted",
    fault: "platform",
    began: "status",
    says: "The pod {pod} was deleted before its program had ended by itself.",
    remedy: "If nobody did so on purpose, look in the cluster's audit log for who deletes pods.",
  },
];

/** What the platform did to the pod, first match first. */
export const PLATFORM_ENDS: EndRow[] = [
  ...OVER_ITS_LIMIT,
  ...EVICTED,
  ...DISPLACED,
  ...REFUSED,
  ...ASKED_FOR,
];
