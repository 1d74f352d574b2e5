import type { RunPreview } from "../contract.ts";

/** A process has no manifest, and nothing is asked before it starts. */
export function previewOfProcess(where: string): RunPreview {
  return {
    manifest: null,
    findings: [
      {
        severity: "info",
        check: "place",
        message: `The task has no manifest here: it runs as a process of ${where}.`,
        remedy: "Choose a cluster to see the pod.",
        evidence: "",
        field: "",
        place: null,
      },
    ],
  };
}
