import type { WaitCause } from "./cause.ts";

export interface SchedulerRow extends WaitCause {
  /** What the scheduler says of the nodes, or of the pod. */
  text: RegExp;
}

const PLUGINS = "pkg/scheduler/framework/plugins";
const ROOM = "Ask for less in resources, wait for other pods, or add nodes.";

const row = (
  id: string,
  [source, text]: [source: string, text: RegExp],
  [says, remedy]: [says: string, remedy: string],
): SchedulerRow => ({
  id,
  source: `${PLUGINS}/${source}`,
  text,
  kind: "unschedulable",
  // It is the task that asks for what is not there, but room may come: so it waits.
  fault: "user",
  began: "no",
  graceSeconds: null,
  says,
  remedy,
});

/** Which constraints no node fulfils. All that apply are told, joined; the first one's remedy counts. */
export const SCHEDULER_CAUSES: SchedulerRow[] = [
  row(
    "no-room",
    ["noderesources/fit.go, InsufficientResource", /Insufficient (?<resource>[\w./-]*\w)/],
    ["no node has enough free {resource}", ROOM],
  ),
  row(
    "no-selector-match",
    [
      "nodeaffinity/node_affinity.go, ErrReasonPod",
      /didn't match Pod's node affinity\/selector|didn't match node selector/,
    ],
    [
      "no node has the labels of nodeSelector",
      "Correct nodeSelector or podSpec.affinity, or label a node.",
    ],
  ),
  row(
    "no-node-name",
    ["nodename/node_name.go, ErrReason", /didn't match the requested node name/],
    ["there is no node of the name in podSpec.nodeName", "Correct nodeName, or leave it out."],
  ),
  row(
    "taints",
    [
      "tainttoleration/taint_toleration.go, Filter",
      /untolerated taint|had taints that the pod didn't tolerate/,
    ],
    [
      "the nodes have taints that the pod does not tolerate",
      "Add the toleration to podSpec.tolerations, or use other nodes.",
    ],
  ),
  row(
    "cordoned",
    ["nodeunschedulable/node_unschedulable.go", /node\(s\) were unschedulable/],
    ["the nodes are cordoned", "Uncordon a node (kubectl uncordon NODE)."],
  ),
  row(
    "pods-full",
    ["noderesources/fit.go, Too many pods", /Too many pods/],
    ["the nodes are full of pods", "Wait for other pods, or add nodes."],
  ),
  row(
    "ports",
    ["nodeports/node_ports.go, ErrReason", /didn't have free ports/],
    [
      "no node has the host port free that the pod asks for",
      "Leave hostPort out, or wait for the other pod.",
    ],
  ),
  row(
    "pod-affinity",
    [
      "interpodaffinity/filtering.go",
      /didn't match pod (anti-)?affinity rules|existing pods anti-affinity/,
    ],
    [
      "the rules about other pods (podAffinity, podAntiAffinity) leave no node",
      "Correct podSpec.affinity, or wait for other pods.",
    ],
  ),
  row(
    "spread",
    ["podtopologyspread/plugin.go", /pod topology spread constraints/],
    ["the topology spread constraints leave no node", "Correct topologySpreadConstraints."],
  ),
  row(
    "claim-missing",
    ["volumebinding/volume_binding.go", /persistentvolumeclaim "(?<claim>[^"]+)" not found/],
    [
      'the volume claim "{claim}" does not exist',
      "Create the PersistentVolumeClaim in the pod's namespace, or correct claimName.",
    ],
  ),
  row(
    "claim-unbound",
    [
      "volumebinding/volume_binding.go",
      /unbound immediate PersistentVolumeClaims|available persistent volumes to bind|waiting for ephemeral volume controller/,
    ],
    ["a volume claim of the pod is not bound", "Look at the claim: kubectl describe pvc."],
  ),
  row(
    "claim-broken",
    [
      "volumebinding/binder.go and volume_binding.go",
      /bound to non-existent|persistentvolumeclaim "[^"]+" is being deleted/,
    ],
    [
      "a volume claim of the pod is being deleted or has lost its volume",
      "Make the claim again: kubectl describe pvc.",
    ],
  ),
  row(
    "volume-place",
    [
      "volumebinding/binder.go; volumezone; volumerestrictions; nodevolumelimits",
      /PersistentVolume's node affinity|volume node affinity conflict|no available volume zone|no available disk|max volume count|enough free storage/,
    ],
    [
      "no node that fits can have the pod's volume",
      "Choose nodes where the volume is, or another volume.",
    ],
  ),
  row(
    "volume-in-use",
    ["volumerestrictions/volume_restrictions.go", /ReadWriteOncePod access mode already in-use/],
    ["another pod uses the volume alone (ReadWriteOncePod)", "Wait until that pod has ended."],
  ),
  row(
    "no-nodes",
    ["../types.go, ErrNoNodesAvailable", /no nodes available|0\/0 nodes/],
    ["the cluster has no nodes", "Add a node."],
  ),
];
