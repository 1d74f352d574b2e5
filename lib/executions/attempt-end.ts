import type { PhaseMarks } from "#lib/core/execution-view.ts";
import type { Failure } from "#lib/core/failure.ts";
import type { LogSeal } from "#lib/core/log-line.ts";

/** How an attempt ended, with all that is recorded of it in one transaction. */
export interface AttemptEnd {
  state: "SUCCESS" | "WARNING" | "FAILED" | "KILLED";
  failure: Failure | null;
  exitCode: number | null;
  /** The task run's outputs as expressions see them; kept on failure too. */
  outputs: Record<string, unknown>;
  files: CollectedArtifact[];
  /** What its place told of a run that ended badly. */
  blackBox?: CollectedArtifact | null;
  marks: PhaseMarks;
  node: string | null;
  seal: LogSeal;
  /** After a platform failure: the run is certainly over and another try is right. */
  mayRepeat: boolean;
}

/** A stored output file that has no row yet. */
export interface CollectedArtifact {
  uri: string;
  /** Path relative to the working or output directory. */
  name: string;
  storageKey: string;
  size: number;
  sha256: string;
  isExecutable: boolean;
}
