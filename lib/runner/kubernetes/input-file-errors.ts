import { type InputFile, RunnerError } from "../contract.ts";
import { FULL_DISK, HELPER_REMEDY } from "./container-causes.ts";
import type { ExecResult } from "./exec.ts";

/** What arrived in the pod has another checksum than what was sent: it is sent again. */
export function damagedFiles(told: string, expected = "none"): Error {
  return new Error(`The files arrived damaged: SHA-256 ${told} instead of ${expected}.`);
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
    return new Error(`The helper's command was ended from outside (exit code ${exitCode}).`);
  }
  return refusedFiles(words || `exit code ${exitCode}`);
}

/** @param words the pod's own */
export function refusedFiles(words: string): RunnerError {
  const isFull = FULL_DISK.test(words);
  return new RunnerError("input-files", "The input files could not be put into the pod.", {
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
