import type { AttemptSpec, Workspace } from "#lib/runner/contract.ts";
import { planSecrets } from "#lib/tasks/script/plan-secrets.ts";
import { runLimitMs } from "#lib/tasks/script/run-parts.ts";
import type { ScriptPlan, TaskType } from "#lib/tasks/task-type.ts";
import { attemptSpec } from "./attempt-spec.ts";
import { openPlace, type Place, workspaceFor } from "./choose-place.ts";
import { type OutputRule, outputRule } from "./output-rule.ts";
import type { Drive } from "./drive.ts";
import { taskContext, timeoutMs } from "./render.ts";
import { withTokens } from "./token-provider.ts";

export type ScriptTask = Extract<TaskType, { kind: "script" }>;

/** All that is known before a script task starts. */
export interface Prepared {
  plan: ScriptPlan;
  place: Place;
  workspace: Workspace;
  spec: AttemptSpec;
  rule: OutputRule;
  /** From the start of the user's code; null: no limit. */
  timeoutMs: number | null;
}

/**
 * Renders the task and opens its place.
 * @param signal ends the wait for what has to run before
 * @throws TaskFailure, RunnerError, and the signal's reason
 */
export async function prepare(
  drive: Drive,
  type: ScriptTask,
  signal: AbortSignal,
): Promise<Prepared> {
  const workspace = await workspaceFor(drive);
  const plan = await type.plan(drive.task, taskContext(drive, workspace));
  for (const secret of planSecrets(plan)) drive.masks.add(secret);
  const rule = outputRule(plan.outputFiles, workspace, plan.hasOutputDir);
  const limitMs = runLimitMs(plan, await timeoutMs(drive));
  const place = await openPlace(drive, await withTokens(drive, plan.runner, signal));
  const spec = await attemptSpec(drive, plan, { workspace, timeoutMs: limitMs });
  return { plan, place, workspace, spec, rule, timeoutMs: limitMs };
}
