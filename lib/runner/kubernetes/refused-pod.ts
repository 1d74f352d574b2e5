import { type AttemptSpec, RunnerError, type SpecPath } from "../contract.ts";
import { ApiFailure } from "./api-failure.ts";
import { podOf } from "./preview-dry-run.ts";
import { refusalFindings } from "./preview-refusal.ts";
import type { NewJob } from "./job.ts";
import type { NewPod } from "./pod-spec.ts";
import { specPathOf } from "./spec-path.ts";

const MOST_TOLD = 3;

/**
 * The refusal of a pod, or of the Job that makes it, with what of the attempt's spec it is about, and
 * in the words for each field where the API server names fields. Its own words stay the evidence.
 */
export function refusedPod(
  failure: RunnerError,
  { manifest, spec, server }: { manifest: NewPod | NewJob; spec: AttemptSpec; server: string },
): RunnerError {
  const { cause } = failure;
  if (!(cause instanceof ApiFailure) || failure.isTransient) return failure;
  const findings = refusalFindings(cause, {
    server,
    doing: "create the pod",
    pod: podOf(manifest),
  });
  const pod = manifest.kind === "Job" ? manifest.spec.template.spec : manifest.spec;
  const places = findings.map(({ field }) => specPathOf(field, pod, spec));
  const place: SpecPath | null = places.find((one) => one !== null) ?? null;
  // A refusal that names no field is at home in the whole specification.
  const isTold =
    failure.kind === "config" && findings.every(({ field }) => field.startsWith("spec."));
  const told = findings.slice(0, MOST_TOLD).map(({ message }) => message);
  return new RunnerError(
    failure.kind,
    isTold ? `The cluster does not accept the pod. ${told.join(" ")}` : failure.message,
    {
      remedy: (isTold && findings[0]?.remedy) || failure.remedy,
      evidence: failure.evidence,
      fault: failure.fault,
      isTransient: failure.isTransient,
      place,
      cause,
    },
  );
}
