import type { WaitCause } from "./cause.ts";
import { FREE_THE_DISK, FULL_DISK, LATE_OBJECT_SECONDS } from "./container-causes.ts";

export interface EventRow extends WaitCause {
  /** The reason of the warning. */
  reason: RegExp;
  /** What its note says. */
  text: RegExp;
}

const MOUNT = /^(FailedMount|FailedAttachVolume|FailedMapVolume)$/;
const EVENTS = "pkg/kubelet/events/event.go";

const missing = (id: string, text: RegExp, says: string, source: string): EventRow => ({
  id,
  source: `${EVENTS}, FailedMountVolume; ${source}`,
  reason: MOUNT,
  text,
  kind: "volume",
  fault: "user",
  began: "no",
  graceSeconds: LATE_OBJECT_SECONDS,
  says,
  remedy: "Create it in the pod's namespace, or correct podSpec.volumes.",
});
const healing = { fault: "platform", began: "no", graceSeconds: null } as const;

/** By the warnings of a pod whose containers are being made, which its status does not tell. */
export const EVENT_CAUSES: EventRow[] = [
  {
    id: "node-disk",
    source: `${EVENTS}, every warning; ENOSPC, EDQUOT of the node`,
    reason: /^/,
    text: FULL_DISK,
    kind: "volume",
    ...healing,
    says: "The node's disk is full: it cannot make the pod.",
    remedy: FREE_THE_DISK,
  },
  missing(
    "volume-secret",
    /secrets? "(?<name>[^"]+)" not found/,
    'The Secret "{name}" of a volume does not exist.',
    "pkg/volume/secret/secret.go",
  ),
  missing(
    "volume-config-map",
    /configmaps? "(?<name>[^"]+)" not found/,
    'The ConfigMap "{name}" of a volume does not exist.',
    "pkg/volume/configmap/configmap.go",
  ),
  missing(
    "volume-key",
    /references non-existent (secret|config) key: (?<key>\S+)/,
    'The Secret or ConfigMap of a volume has no key "{key}".',
    "pkg/volume/secret/secret.go and configmap.go",
  ),
  {
    id: "volume-multi-attach",
    source: "pkg/controller/volume/attachdetach/reconciler, Multi-Attach error",
    reason: /^FailedAttachVolume$/,
    text: /Multi-Attach error for volume "(?<volume>[^"]+)"/,
    kind: "volume",
    ...healing,
    says: 'The volume "{volume}" is still attached to another node.',
    remedy: "Wait until the other pod has ended, or use a volume that many nodes may mount.",
  },
  {
    id: "volume-mount",
    source: `${EVENTS}, FailedMountVolume, FailedAttachVolume, FailedMapVolume`,
    reason: MOUNT,
    text: /^/,
    kind: "volume",
    ...healing,
    says: "A volume of the pod cannot be mounted.",
    remedy: "See which one in the node's words; its storage may not answer.",
  },
  {
    id: "sandbox-oom",
    source: `${EVENTS}, FailedCreatePodSandBox; runc, container init was OOM-killed`,
    reason: /^FailedCreatePodSandBox$/,
    text: /OOM-killed|memory limit too low/,
    kind: "oom",
    fault: "user",
    began: "no",
    graceSeconds: LATE_OBJECT_SECONDS,
    says: "The pod needs more memory to begin at all than its limit allows.",
    remedy: "Raise resources.limit.memory of the task runner.",
  },
  {
    id: "sandbox",
    source: `${EVENTS}, FailedCreatePodSandBox, FailedStatusPodSandBox, NetworkNotReady`,
    reason: /^(FailedCreatePodSandBox|NetworkNotReady|FailedPodSandBoxStatus)$/,
    text: /^/,
    kind: "config",
    ...healing,
    says: "The node cannot set up the pod's network.",
    remedy: "Look at the node's network plugin; it often heals by itself.",
  },
  {
    id: "devices",
    source: `${EVENTS}, FailedPrepareDynamicResources`,
    reason: /^FailedPrepareDynamicResources$/,
    text: /^/,
    kind: "config",
    ...healing,
    says: "The node cannot prepare the devices that the pod asks for.",
    remedy: "Look at the driver of the devices on the node.",
  },
  {
    id: "node-warning",
    source: `${EVENTS}, every other warning`,
    reason: /^/,
    text: /^/,
    kind: "config",
    ...healing,
    says: "The node cannot start the pod yet.",
    remedy: "See the node's words.",
  },
];
