import type { LogSubject } from "#components/logs/log-subject.ts";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { isTerminal } from "#lib/core/state.ts";
import { latestAttempt, type TaskRow } from "./task-rows.ts";

interface Empty {
  emptyTitle: string;
  emptyDetail: string;
}

const SOON = "The log appears here the moment it does.";
const say = (emptyTitle: string, emptyDetail = ""): Empty => ({ emptyTitle, emptyDetail });

/** Each task as its log sees it. */
export function logSubjects(execution: ExecutionView, rows: readonly TaskRow[]): LogSubject[] {
  return rows.map((row) => ({
    key: row.key,
    taskRunId: row.run?.id ?? null,
    seals: row.run?.attempts.map((attempt) => attempt.seal) ?? [],
    ...emptyOf(execution, row),
  }));
}

/** Why a task has no line. */
function emptyOf(execution: ExecutionView, row: TaskRow): Empty {
  if (row.run === null) {
    if (isTerminal(execution.state)) return say(`${row.key} did not run.`);
    if (row.waitsFor === null) return say(`${row.key} has not started.`, SOON);
    return say(`${row.key} waits for ${row.waitsFor}.`, "Its log appears here once it runs.");
  }
  if (isTerminal(row.run.state)) return say(`${row.key} printed nothing.`);
  const attempt = latestAttempt(row.run);
  if (attempt?.marks.running !== undefined)
    return say("No line yet.", `${row.key} runs and has printed nothing.`);
  const thing = attempt?.runner === "kubernetes" ? "the pod" : "the task";
  return say(`No line yet: ${thing} has not started.`, SOON);
}

/** Why an execution has no line at all. */
export function wholeLogEmpty(execution: ExecutionView, rows: readonly TaskRow[]): Empty {
  if (isTerminal(execution.state)) return say("Nothing was printed.");
  const row = rows.findLast((each) => each.run !== null);
  return row === undefined
    ? say("No line yet: nothing has started.", SOON)
    : emptyOf(execution, row);
}
