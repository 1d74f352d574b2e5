/** What we read of a pod as the API server sends it: times are texts, anything may be missing. */
export interface Pod {
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec?: PodSpec;
  status?: PodStatus;
}

export interface PodSpec {
  nodeName?: string;
  restartPolicy?: string;
  activeDeadlineSeconds?: number;
  terminationGracePeriodSeconds?: number;
  serviceAccountName?: string;
  nodeSelector?: Record<string, string>;
  imagePullSecrets?: { name: string }[];
  initContainers?: Container[];
  containers: Container[];
  volumes?: { name: string; emptyDir?: { sizeLimit?: string } }[];
}

export interface Container {
  name: string;
  image?: string;
  imagePullPolicy?: string;
  command?: string[];
  workingDir?: string;
  env?: { name: string; value?: string }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  volumeMounts?: { name: string; mountPath: string }[];
  livenessProbe?: object;
  terminationMessagePolicy?: string;
}

export interface PodStatus {
  phase?: string;
  reason?: string;
  message?: string;
  startTime?: string;
  conditions?: PodCondition[];
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
}

export interface PodCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

export interface ContainerStatus {
  name: string;
  containerID?: string;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: { startedAt?: string };
    terminated?: Terminated;
  };
  /** Of a container that runs once: its node has lost it, and says that it ran (kubelet_pods.go). */
  lastState?: { terminated?: Terminated };
}

export interface Terminated {
  exitCode: number;
  signal?: number;
  reason?: string;
  message?: string;
  startedAt?: string;
  finishedAt?: string;
  containerID?: string;
}

/** The container of the user's code, always by this name. */
export const MAIN = "main";
/** The container that brings files in and keeps them until they are fetched. */
export const HELPER = "files";
/** The container that brings files in before `main` may start, where `main` cannot wait by itself. */
export const INIT_HELPER = "init-files";

export const LABEL = {
  installation: "podflow.dev/installation",
  execution: "podflow.dev/execution-id",
  taskRun: "podflow.dev/task-run-id",
  attempt: "podflow.dev/attempt-id",
} as const;

/** What another process needs to know of a pod's attempt and cannot read from its specification. */
export const ANNOTATION = {
  timeoutSeconds: "podflow.dev/timeout-seconds",
  waitUntilRunningSeconds: "podflow.dev/wait-until-running-seconds",
  /** `true` when files are brought after the pod was made. */
  upload: "podflow.dev/upload",
  /** `true` when a helper stays beside main, so that its files can be fetched. */
  keeps: "podflow.dev/keeps-files",
  /** How files get in and out, see file-shape.ts. */
  files: "podflow.dev/files",
} as const;

export function statusOf(pod: Pod, container: string): ContainerStatus | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
}

/** Whether the user's code may have begun, of a pod that does not tell its end. */
export function mayHaveBegun(pod: Pod): boolean {
  return statusOf(pod, MAIN)?.state?.running !== undefined || hasLostMain(pod);
}

/** Whether main ran, and its node has lost it: it looks as if it were still being made. */
export function hasLostMain(pod: Pod): boolean {
  return statusOf(pod, MAIN)?.lastState?.terminated !== undefined;
}

/** Whether something runs in it that the flow, or the cluster, put beside main. */
export function hasCompany({ status }: Pod): boolean {
  const { initContainerStatuses = [], containerStatuses = [] } = status ?? {};
  const ours = [MAIN, HELPER, INIT_HELPER];
  return [...initContainerStatuses, ...containerStatuses].some(
    ({ name, state }) => state?.running !== undefined && !ours.includes(name),
  );
}

/** The pod's container of this name as it was asked for, also before it has a status. */
export function containerOf({ spec }: Pod, container: string): Container | undefined {
  const { containers = [], initContainers = [] } = spec ?? {};
  return [...containers, ...initContainers].find(({ name }) => name === container);
}

/** Why and since when the pod is chosen to be removed, as by an eviction; undefined: it is not. */
export function disruptionOf({ status }: Pod): PodCondition | undefined {
  return status?.conditions?.find(
    (condition) => condition.type === "DisruptionTarget" && condition.status === "True",
  );
}
