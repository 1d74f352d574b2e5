/** A part of a manifest as the flow writes it, rendered. */
type ManifestPart = Record<string, unknown>;

/** Quantities as Kubernetes writes them, by resource: `cpu: 500m`. */
interface ResourceAmounts {
  requests: Record<string, string>;
  limits: Record<string, string>;
}

/**
 * What a flow says of its pod, rendered, in the runner contract's words (LANGUAGE.md 1.1 and 1.2).
 * Those of `lib/runner/kubernetes-options.ts` that have the same name mean the same.
 */
export interface PodOptions {
  namespace: string | null;
  pullPolicy: "Always" | "IfNotPresent" | "Never" | null;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  resources: ResourceAmounts;
  serviceAccountName: string | null;
  nodeSelector: Record<string, string>;
  helperImage: string;
  helperResources: ResourceAmounts;
  helperSpec: ManifestPart | null;
  containerDefaultSpec: ManifestPart | null;
  podSpec: ManifestPart | null;
  containerSpec: ManifestPart | null;
  credentials: {
    registry: string | null;
    username: string | null;
    password: string | null;
    auth: string | null;
  } | null;
  asJob: boolean;
  waitUntilRunningSeconds: number;
  /** Used as the timeout when the task has none. */
  waitUntilCompletionSeconds: number;
  /** false: the pod stays after its end. */
  deletesPod: boolean;
}
