import type { AttemptView, TaskRunView } from "#lib/core/execution-view.ts";

/** Why an attempt was followed by another; null for the latest, and for one that says nothing. */
export function whyTriedAgain(run: TaskRunView, attempt: AttemptView): string | null {
  const { failure } = attempt;
  if (failure === null || attempt.id === run.attempts.at(-1)?.id) return null;
  if (failure.fault === "user") return failure.message;
  return `${failure.message} The platform failed, not the task: this counts as no retry.`;
}

/** How often the platform failed, so that the task was tried again; null: never. */
export function platformText(run: TaskRunView): string | null {
  const earlier = run.attempts.slice(0, -1);
  const count = earlier.filter(({ failure }) => failure?.fault === "platform").length;
  if (count === 0) return null;
  return count === 1 ? "platform failed once" : `platform failed ${count} times`;
}
