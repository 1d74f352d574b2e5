import { type InputFile, RunnerError } from "../contract.ts";
import { FULL_DISK, HELPER_REMEDY } from "./container-causes.ts";
import type { ExecResult } from "./exec.ts";
import { containerOf, HELPER, type Pod, statusOf } from "./pod.ts";

/** The pod could not take the files this time, and nothing says that it never will. */
export class NotTakenError extends Error {
  override readonly name = "NotTakenError";
}

/** What arrived in the pod has another checksum than what was sent: it is sent again. */
export function damagedFiles(told: string, expected = "none"): NotTakenError {
  return new NotTakenError(`The files arrived damaged: SHA-256 ${told} instead of ${expected}.`);
}

/** SIGKILL and SIGTERM. */
const ENDED_FROM_OUTSIDE = [137, 143];

/**
 * Why a command in the helper did not end well. The helper that brings files ends as soon as it sees
 * the last mark, and whatever still runs in it with it: then, and when the helper itself was killed,
 * the pod says on another try how things stand.
 */
export function failedCommand({ exitCode, stderr }: ExecResult): Error {
  const words = stderr.trim();
  if (words === "" && ENDED_FROM_OUTSIDE.includes(exitCode)) {
    return new NotTakenError(
      `The helper's command was ended from outside (exit code ${exitCode}).`,
    );
  }
  return refusedFiles(words || `exit code ${exitCode}`);
}

const NOT_PUT = "The input files could not be put into the pod.";
const MEMORY_REMEDY =
  "Give the helper more memory by fileSidecar.resources: what it writes into a volume of medium Memory counts as its own.";

/** After many tries. */
export function neverTaken({ message }: NotTakenError): RunnerError {
  return new RunnerError("input-files", `${NOT_PUT} ${message}`, {
    remedy: MEMORY_REMEDY,
    fault: "user",
    isTransient: false,
  });
}

/** The helper of this pod has ended before the files were there, and main waits for them. */
export function endedHelper(pod: Pod): RunnerError {
  const { exitCode, reason } = statusOf(pod, HELPER)?.state?.terminated ?? {};
  const isOutOfMemory = reason === "OOMKilled";
  const how = isOutOfMemory
    ? `was killed at its memory limit (${containerOf(pod, HELPER)?.resources?.limits?.["memory"] ?? "of the node"})`
    : `ended with exit code ${exitCode ?? "unknown"}`;
  return new RunnerError(
    "input-files",
    `The container that brings the input files ${how} before they were all there.`,
    {
      remedy: isOutOfMemory
        ? MEMORY_REMEDY
        : "Execute it again; when it happens again, look at the pod's node.",
      evidence: [reason, exitCode].join(", exit code "),
      fault: isOutOfMemory ? "user" : "platform",
      isTransient: false,
    },
  );
}

/** @param words the pod's own */
export function refusedFiles(words: string): RunnerError {
  const isFull = FULL_DISK.test(words);
  return new RunnerError("input-files", NOT_PUT, {
    remedy: isFull
      ? "The node's disk, or the pod's share of it, is full: free it, or send less."
      : HELPER_REMEDY,
    evidence: words.trim(),
    fault: isFull ? "platform" : "user",
    isTransient: false,
  });
}

export function changedFile(file: InputFile): RunnerError {
  return new RunnerError(
    "input-files",
    `The input file ${file.path} is not what it was when it was stored.`,
    {
      remedy: "Upload the file again; its stored bytes may be damaged.",
      evidence: `expected ${file.size} bytes with SHA-256 ${file.sha256}`,
      fault: "platform",
      isTransient: false,
    },
  );
}
