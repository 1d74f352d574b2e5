/** A part of a pod's manifest as a flow writes it, rendered; its form is the API server's to judge. */
export type ManifestPart = Record<string, unknown>;

/** LANGUAGE.md 1.1 and 1.2, after their defaults. */
export interface KubernetesOptions {
  /** null: the connection's own. */
  namespace: string | null;
  /** null: the flow does not say; `Always`, unless a part of the pod says otherwise. */
  pullPolicy: "Always" | "IfNotPresent" | "Never" | null;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  resources: ResourceAmounts;
  serviceAccountName: string | null;
  nodeSelector: Record<string, string>;
  helperImage: string;
  helperResources: ResourceAmounts;
  /** For the helper containers alone; stronger than `containerDefaultSpec`. */
  helperSpec: ManifestPart | null;
  /** For every container, weaker than what a container says itself. */
  containerDefaultSpec: ManifestPart | null;
  podSpec: ManifestPart | null;
  /** For the user's container. */
  containerSpec: ManifestPart | null;
  /** Login to the image's registry, as a secret that lives and goes with the pod. */
  credentials: RegistryCredentials | null;
  /** Whether the pod is made by a Job (batch/v1) of its own. */
  asJob: boolean;
  /** Limit on the time until the user's container runs; then the failure says what it waited for. */
  waitUntilRunningSeconds: number;
}

/** Quantities as Kubernetes writes them, by resource: `cpu: 500m`. */
export interface ResourceAmounts {
  requests: Record<string, string>;
  limits: Record<string, string>;
}

export interface RegistryCredentials {
  /** null: the registry of the image. */
  registry: string | null;
  username: string | null;
  password: string | null;
  /** base64 of `username:password`, instead of these. */
  auth: string | null;
}
