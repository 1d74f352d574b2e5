import type { ExecutionSummary } from "./execution-view.ts";

/** A place in the flow's YAML; lines and columns count from 1, the end is exclusive. */
export interface SourceRange {
  startLine: number;
  startColumn: number;
  endLine: number;
  endColumn: number;
}

export interface SourceEdit {
  range: SourceRange;
  text: string;
}

/** Something to say about a flow's source. Errors keep a revision from being saved, except `unsupported`, which only keeps it from running. */
export interface Problem {
  severity: "error" | "warning" | "info";
  /** Closed per producer, kebab-case, e.g. `unknown-property`, `unsupported`, `expression-syntax`. */
  code: string;
  message: string;
  /** Path in the source, e.g. `tasks[0].commands`; empty for the whole. */
  path: string;
  range: SourceRange;
  fix?: { title: string; edits: SourceEdit[] };
}

export interface FlowSummary {
  namespace: string;
  id: string;
  revision: number;
  description: string;
  labels: Record<string, string>;
  disabled: boolean;
  updatedAt: string;
  /** The last 16 executions, the newest last. */
  recent: Pick<ExecutionSummary, "id" | "state" | "createdAt" | "startedAt" | "endedAt">[];
}

export interface RevisionSummary {
  revision: number;
  createdAt: string;
  isCurrent: boolean;
}

/** An input as the form that asks for it needs it. Dots in the id nest. */
export interface InputView {
  id: string;
  type: InputType;
  displayName: string | null;
  description: string | null;
  isRequired: boolean;
  /** As text (JSON for structured types); null when there is none. */
  defaultText: string | null;
  /** SELECT and MULTISELECT. */
  values: string[];
  allowCustomValue: boolean;
  isRadio: boolean;
  itemType: InputType | null;
  validator: string | null;
  min: string | null;
  max: string | null;
  after: string | null;
  before: string | null;
  /** FILE: e.g. `.csv`. */
  allowedFileExtensions: string[];
}

export const INPUT_TYPES = [
  "STRING",
  "INT",
  "FLOAT",
  "BOOLEAN",
  "BOOL",
  "DATETIME",
  "DATE",
  "TIME",
  "DURATION",
  "FILE",
  "JSON",
  "YAML",
  "URI",
  "SECRET",
  "ARRAY",
  "SELECT",
  "ENUM",
  "MULTISELECT",
  "EMAIL",
] as const;
export type InputType = (typeof INPUT_TYPES)[number];

export interface FlowView {
  namespace: string;
  id: string;
  revision: number;
  isCurrent: boolean;
  description: string;
  source: string;
  labels: Record<string, string>;
  disabled: boolean;
  updatedAt: string;
  problems: Problem[];
  inputs: InputView[];
}
