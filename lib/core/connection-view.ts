/** The id of the connection that runs tasks as processes of the worker's machine. */
export const THIS_MACHINE = "this-machine";
/** The id of the cluster that Podflow itself runs in. */
export const IN_CLUSTER = "in-cluster";

export type ConnectionKind = "context" | "imported" | "in-cluster" | "this-machine";

export interface PermissionCheck {
  /** e.g. `create pods`, `get pods/log`. */
  name: string;
  isAllowed: boolean;
  /** Whether tasks run without it, but for some kinds; absent in what older versions stored. */
  isOptional?: boolean;
  /** What does not work without it. */
  neededFor: string;
}

/** What a check of a connection found. */
export interface ConnectionHealth {
  /** `refused`: the server answers, but the login or its certificate is not accepted. */
  state: "ready" | "limited" | "refused" | "unreachable" | "unknown";
  /** One sentence; empty when all is well. */
  message: string;
  remedy: string;
  evidence: string;
  kubernetesVersion: string | null;
  permissions: PermissionCheck[];
  hasMetrics: boolean | null;
  /** YAML that gives the missing permissions; null when none is missing. */
  rbac: string | null;
  checkedAt: string;
  tookMs: number;
}

export interface ConnectionView {
  /** `context:NAME`, `imported:ID`, `in-cluster` or `this-machine`. */
  id: string;
  kind: ConnectionKind;
  name: string;
  /** The API server's address; null for this machine. */
  server: string | null;
  /** Namespace of pods that name none. */
  namespace: string | null;
  /** Whether executions go here when neither flow nor person says where. */
  isDefault: boolean;
  health: ConnectionHealth;
}
