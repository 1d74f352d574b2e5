import type { ConnectionView } from "./connection-view.ts";
import type { SourceRange } from "./flow-view.ts";

/** Something that a preview says of a task's pod. */
export interface PreviewFinding {
  /** `not-checked`: it could not be found out, and `message` says why. */
  severity: "error" | "warning" | "info" | "not-checked";
  /** What was looked at, e.g. `quota`, `nodes`, `image`, `expression`. */
  check: string;
  message: string;
  /** Empty when there is nothing to do. */
  remedy: string;
  /** The cluster's own words; empty when there are none. */
  evidence: string;
  /** Field of the pod, e.g. `spec.nodeSelector[disk]`; empty: the whole, or nothing of it. */
  field: string;
  /** Where the flow says it; null: nowhere, for example because it is about the connection. */
  range: SourceRange | null;
}

/** A task of the source that is previewed. */
export interface PreviewTask {
  id: string;
  /** Its first line, from 1. */
  line: number;
  /** false: the worker itself does it, so that there is no pod. */
  hasPod: boolean;
}

/** What a task would run as. */
export interface TaskPreview {
  /** Every task of the source, in its order. */
  tasks: PreviewTask[];
  /** The task that this is about; null: no task of the source has a pod. */
  taskId: string | null;
  /** Where it would run; null: on the cluster that the task's own `config` names. */
  connection: Pick<ConnectionView, "id" | "name" | "kind"> | null;
  /** Exactly what Podflow would send to the cluster, as YAML; null: nothing, or it cannot be made. */
  manifest: string | null;
  /** The worst first. */
  findings: PreviewFinding[];
}
