/** What the checks of a preview read of a pod; it is written by a flow, so that anything may be absent. */
export interface PodView {
  nodeSelector?: Record<string, string>;
  serviceAccountName?: string;
  priorityClassName?: string;
  tolerations?: Toleration[];
  affinity?: {
    nodeAffinity?: {
      requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms?: SelectorTerm[] };
    };
  };
  imagePullSecrets?: { name?: string }[];
  volumes?: VolumeView[];
  initContainers?: ContainerView[];
  containers?: ContainerView[];
}

export interface ContainerView {
  name?: string;
  image?: string;
  imagePullPolicy?: string;
  restartPolicy?: string;
  resources?: { requests?: Amounts; limits?: Amounts };
  env?: {
    valueFrom?: { configMapKeyRef?: KeyReference; secretKeyRef?: KeyReference };
  }[];
  envFrom?: { configMapRef?: Reference; secretRef?: Reference }[];
}

export interface VolumeView {
  configMap?: Reference;
  secret?: { secretName?: string; optional?: boolean };
  persistentVolumeClaim?: { claimName?: string };
  projected?: { sources?: { configMap?: Reference; secret?: Reference }[] };
}

interface Reference {
  name?: string;
  optional?: boolean;
}

interface KeyReference extends Reference {
  key?: string;
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

interface SelectorTerm {
  matchExpressions?: Requirement[];
  matchFields?: Requirement[];
}

export interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

/** Quantities; a flow may write numbers. */
export type Amounts = Record<string, string | number>;

/** The container of the user's code as fields name it, e.g. `spec.containers[1]`. */
export function mainField(pod: PodView, main: string): string {
  const index = (pod.containers ?? []).findIndex(({ name }) => name === main);
  return `spec.containers[${Math.max(index, 0)}]`;
}
