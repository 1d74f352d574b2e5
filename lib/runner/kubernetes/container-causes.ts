import type { WaitCause } from "./cause.ts";

export interface ContainerRow extends WaitCause {
  /** The waiting reason of the container. */
  reason: string;
  /** What its message says. */
  text: RegExp;
}

/** What the helper's scripts use. */
export const HELPER_REMEDY =
  "fileSidecar.image must have sh, tar, gzip, base64, mkfifo, find, stat, xargs, head, tee, dd, sha256sum and sleep, as busybox has.";
export const RUNTIME_REMEDY =
  "It is run again where that is safe; when it stays, look at the node's container runtime.";
export const LATE_FILES_REMEDY =
  "Raise the task's timeout, or see why the files come so slowly: the way from Podflow to the node, or the node's disk.";
/** Time for a Secret or ConfigMap that is made together with the pod. */
export const LATE_OBJECT_SECONDS = 10;

/** ENOSPC and EDQUOT, in the words of Go, glibc and musl. */
export const FULL_DISK = /no space left on device|quota exceeded/i;
export const FREE_THE_DISK = "Free the node's disk, or choose another node by nodeSelector.";

const CREATE = "pkg/kubelet/kuberuntime/kuberuntime_container.go";
const IMAGES = "pkg/kubelet/images/types.go";
const CREATE_IT = "Create it in the pod's namespace, or correct the name.";

const row = (
  id: string,
  [source, reason, text]: [source: string, reason: string, text?: RegExp],
  [says, remedy]: [says: string, remedy: string],
  more: Partial<ContainerRow> = {},
): ContainerRow => ({
  id,
  source: `${source}, ${reason}`,
  reason,
  text: text ?? /^/,
  kind: "config",
  fault: "user",
  began: "no",
  graceSeconds: 0,
  says,
  remedy,
  ...more,
});
const late = { graceSeconds: LATE_OBJECT_SECONDS };
const healing = { fault: "platform", graceSeconds: null } as const;

const CONFIG: ContainerRow[] = [
  row(
    "config-root",
    [CREATE, "CreateContainerConfigError", /runAsNonRoot|non-numeric user|run as root/i],
    [
      'The pod must not run as root, and the image "{image}" does.',
      "Choose an image with a numeric user, or set securityContext.runAsUser.",
    ],
  ),
  row(
    "config-key",
    [
      "pkg/kubelet/kubelet_pods.go",
      "CreateContainerConfigError",
      /couldn't find key (?<key>\S+) in (?<what>ConfigMap|Secret) [^/\s]+\/(?<name>\S+)/,
    ],
    [
      'The {what} "{name}" that the container refers to has no key "{key}".',
      "Add the key, or correct its name.",
    ],
    late,
  ),
  row(
    "config-secret",
    ["pkg/kubelet/secret", "CreateContainerConfigError", /secrets? "(?<name>[^"]+)" not found/],
    ['The Secret "{name}" that the container refers to does not exist.', CREATE_IT],
    late,
  ),
  row(
    "config-map",
    [
      "pkg/kubelet/configmap",
      "CreateContainerConfigError",
      /configmaps? "(?<name>[^"]+)" not found/,
    ],
    ['The ConfigMap "{name}" that the container refers to does not exist.', CREATE_IT],
    late,
  ),
  row(
    "config-cache",
    [
      "pkg/kubelet/util/manager",
      "CreateContainerConfigError",
      /failed to sync|not yet been read|timed out/,
    ],
    [
      "The node has not yet read what the container refers to.",
      "It heals by itself; when it stays, look at the node's connection to the API server.",
    ],
    healing,
  ),
  row(
    "config-subpath",
    [CREATE, "CreateContainerConfigError", /subPath/],
    ["A subPath of the container's volumeMounts cannot be used.", "Correct subPath in podSpec."],
    late,
  ),
  row(
    "config-other",
    [CREATE, "CreateContainerConfigError"],
    [
      "The container refers to something that is not there.",
      "Create it in the pod's namespace, or correct the name.",
    ],
    late,
  ),
];

const CREATED: ContainerRow[] = [
  row(
    "create-slow",
    [CREATE, "CreateContainerError", /deadline exceeded|failed to reserve container name/],
    [
      "The node's container runtime is too slow to make the container.",
      "It heals by itself; when it stays, look at the load of the node and its disk.",
    ],
    healing,
  ),
  row(
    "create-disk",
    [CREATE, "CreateContainerError", FULL_DISK],
    ["The node's disk is full: the container cannot be made.", FREE_THE_DISK],
    healing,
  ),
  row(
    "create-no-command",
    [CREATE, "CreateContainerError", /no command specified/],
    ['The image "{image}" says no program to run.', "Set the command of the container."],
  ),
  row(
    "create-other",
    [CREATE, "CreateContainerError"],
    ["The container cannot be made as it is described.", "Correct what the node complains about."],
    late,
  ),
  row(
    "run",
    ["pkg/kubelet/container/sync_result.go", "RunContainerError"],
    [
      'The program cannot be started in the image "{image}".',
      "Check that the interpreter is in the image.",
    ],
    late,
  ),
  row(
    "hook-before",
    [CREATE, "PreStartHookError"],
    ["The container could not be prepared for its start.", "See what the node says."],
    healing,
  ),
  row(
    "hook-after",
    [CREATE, "PostStartHookError"],
    ["The hook after the container's start failed.", "Correct lifecycle.postStart in podSpec."],
  ),
  row(
    "init-crash",
    ["pkg/kubelet/container/sync_result.go", "CrashLoopBackOff"],
    [
      'The container "{container}" ends again and again, and the task waits for it.',
      "Correct it in podSpec; what it says is in the pod's black box.",
    ],
    { graceSeconds: 60 },
  ),
];

const IMAGE: ContainerRow[] = [
  row(
    "image-name",
    [IMAGES, "InvalidImageName"],
    ['"{image}" is not the name of an image.', "Correct containerImage."],
    { kind: "image" },
  ),
  row(
    "image-never",
    [IMAGES, "ErrImageNeverPull"],
    [
      'The image "{image}" is not on the node, and pullPolicy Never forbids to pull it.',
      "Use pullPolicy IfNotPresent or Always.",
    ],
    { kind: "image" },
  ),
  row(
    "image-inspect",
    [IMAGES, "ImageInspectError"],
    ['The node cannot read the image "{image}".', "The node's image store may be damaged."],
    { kind: "image", ...healing },
  ),
  row(
    "image-signature",
    ["k8s.io/cri-api/pkg/errors", "SignatureValidationFailed"],
    [
      'The signature of the image "{image}" is not valid.',
      "Use a signed image, or change the node's policy.",
    ],
    { kind: "image" },
  ),
];

/** By the waiting reason of a container, first match first; images that cannot be pulled are image-causes.ts. */
export const CONTAINER_CAUSES: ContainerRow[] = [...CONFIG, ...CREATED, ...IMAGE];
