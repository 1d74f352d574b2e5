import type { State } from "#lib/core/state.ts";
import type { Task } from "#lib/flow/flow.ts";

/** What a task's end means for its flow: `allowFailure` first, then `allowWarning` (LANGUAGE.md 3.8). */
export function allowed(task: Task, ended: State): State {
  const softened = ended === "FAILED" && task.allowFailure ? "WARNING" : ended;
  return softened === "WARNING" && task.allowWarning ? "SUCCESS" : softened;
}

const WORST_FIRST: State[] = ["KILLED", "FAILED", "WARNING"];

/** The state of a whole from those of its parts: KILLED before FAILED before WARNING before SUCCESS. */
export function resolve(parts: readonly State[]): State {
  return WORST_FIRST.find((state) => parts.includes(state)) ?? "SUCCESS";
}
