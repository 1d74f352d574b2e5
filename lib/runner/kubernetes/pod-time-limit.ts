import type { AttemptSpec } from "../contract.ts";
import { writtenGraceSeconds } from "../grace.ts";
import { needsUpload } from "./inline-files.ts";

/** Between the container's time limit, which keeps the files, and the pod's, which is the net below. */
const DEADLINE_MARGIN_SECONDS = 60;
/** For files that nobody could fetch yet: the helper that keeps them ends with the pod. */
const FETCHING_SECONDS = 3_600;
/** SIGTERM to SIGKILL when a time limit is over. */
const TIMEOUT_GRACE_SECONDS = 10;
/** Kubernetes takes no more. */
const LONGEST_SECONDS = 2 ** 31 - 1;

/**
 * Kubernetes has no time limit for one container, and the pod's would end the helper with the
 * files too. A probe that begins when the time is over, and can only fail, has the kubelet end the
 * container alone, also when nobody of ours is left.
 */
export function timeLimit(spec: AttemptSpec): object {
  const seconds = Math.ceil(spec.timeoutSeconds ?? 1) + uploadAllowance(spec);
  return {
    tcpSocket: { port: 1 },
    initialDelaySeconds: Math.min(Math.max(1, seconds), LONGEST_SECONDS),
    periodSeconds: 1,
    failureThreshold: 1,
    timeoutSeconds: 1,
    // The kubelet takes no probe's grace of 0.
    terminationGracePeriodSeconds: Math.max(1, timeoutGrace(spec)),
  };
}

export function timeoutGrace({ kubernetes }: AttemptSpec): number {
  return writtenGraceSeconds(kubernetes) ?? TIMEOUT_GRACE_SECONDS;
}

/** Main waits for files that come by a stream; that time is not its own. 1 MiB/s is a slow network. */
function uploadAllowance(spec: AttemptSpec): number {
  if (!needsUpload(spec.inputFiles)) return 0;
  const bytes = spec.inputFiles.reduce((total, file) => total + file.size, 0);
  return Math.floor(bytes / 1024 ** 2);
}

/** The pod's limit counts from the kubelet's first look, so pulling and waiting are on top. */
export function podDeadline(spec: AttemptSpec): number {
  const { waitUntilRunningSeconds } = spec.kubernetes;
  const own = Math.ceil(spec.timeoutSeconds ?? 0) + uploadAllowance(spec);
  const fetching = spec.keepsFiles ? FETCHING_SECONDS : 0;
  const all = own + waitUntilRunningSeconds + DEADLINE_MARGIN_SECONDS + fetching;
  return Math.min(Math.ceil(all), LONGEST_SECONDS);
}
