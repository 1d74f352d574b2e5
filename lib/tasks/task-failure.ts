import type { FailureKind } from "#lib/core/failure.ts";
import { TaskFailure } from "./task-type.ts";

/** A failure that is the flow's own: it says what is wrong, and what to do. */
export function taskFailure(
  kind: FailureKind,
  message: string,
  remedy: string,
  evidence = "",
): TaskFailure {
  return new TaskFailure({
    kind,
    message,
    remedy,
    evidence,
    fault: "user",
    exitCode: null,
    line: null,
  });
}
