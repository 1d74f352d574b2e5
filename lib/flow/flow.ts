import type { InputType, SourceRange } from "#lib/core/flow-view.ts";

/** A flow after parsing: every property typed, defaults in place, expressions still as written. */
export interface Flow {
  id: string;
  namespace: string;
  description: string;
  labels: Record<string, string>;
  inputs: Input[];
  variables: Record<string, unknown>;
  tasks: Task[];
  outputs: FlowOutput[];
  disabled: boolean;
  /** Whether all of it can run today: nothing in it is "not supported yet". */
  canRun: boolean;
}

export interface Input {
  id: string;
  type: InputType;
  displayName: string | null;
  description: string | null;
  isRequired: boolean;
  /** As in the source: text may be an expression. undefined when there is none. */
  defaults: unknown;
  values: string[];
  /** SELECT: an expression that gives the values. */
  expression: string | null;
  allowCustomValue: boolean;
  isRadio: boolean;
  autoSelectFirst: boolean;
  itemType: InputType | null;
  validator: string | null;
  min: string | null;
  max: string | null;
  after: string | null;
  before: string | null;
  /** FILE: what the stored file's name ends in when the upload has no name. */
  extension: string;
  allowedFileExtensions: string[];
  dependsOn: { inputs: string[]; condition: string | null } | null;
}

export interface FlowOutput {
  id: string;
  type: InputType | null;
  value: unknown;
  description: string | null;
}

/** What all tasks have; `properties` is what its own type defines, validated by the type's schema. */
export interface Task {
  id: string;
  /** The canonical type, whichever alias the source uses. */
  type: string;
  description: string | null;
  disabled: boolean;
  allowFailure: boolean;
  allowWarning: boolean;
  /** Expression or text; `"true"` when the source has none. */
  runIf: string;
  /** ISO 8601 duration or an expression for one; null: no limit. */
  timeout: string | null;
  retry: Retry | null;
  logLevel: "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR";
  properties: Record<string, unknown>;
  range: SourceRange;
}

export type Retry = RetryLimits &
  (
    | { type: "constant"; intervalMs: number }
    | { type: "exponential"; intervalMs: number; maxIntervalMs: number | null; delayFactor: number }
    | { type: "random"; minIntervalMs: number; maxIntervalMs: number }
  );

interface RetryLimits {
  /** Attempts in all, the first included; null: no limit. */
  maxAttempts: number | null;
  /** From the first attempt's start; null: no limit. */
  maxDurationMs: number | null;
  warningOnRetry: boolean;
}
