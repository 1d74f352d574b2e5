import { expressionFailure } from "#lib/executions/step/evaluate.ts";
import { renderTemplate } from "#lib/expression/render.ts";
import { durationMs } from "#lib/flow/duration.ts";
import type { Workspace } from "#lib/runner/contract.ts";
import { taskFailure } from "#lib/tasks/task-failure.ts";
import { type TaskContext, TaskFailure } from "#lib/tasks/task-type.ts";
import type { Drive } from "./drive.ts";

/** What a task type uses: expressions see the attempt's folders. */
export function taskContext(drive: Drive, workspace: Workspace | null): TaskContext {
  const { task } = drive;
  const folders = workspace ?? { workingDir: "", outputDir: "" };
  const hasOutputDir =
    task.properties["outputDirectory"] !== undefined || task.properties["runner"] !== undefined;
  const variables = {
    ...drive.scope.variables,
    ...(workspace ? { workingDir: folders.workingDir } : {}),
    ...(workspace && hasOutputDir ? { outputDir: folders.outputDir } : {}),
  };
  return {
    workspace: folders,
    render: async (text, path) => {
      try {
        return await renderTemplate(text, { ...drive.scope, variables });
      } catch (error) {
        const where = `${path} of task ${task.id}`;
        throw new TaskFailure(expressionFailure(error, where, task.range.startLine));
      }
    },
  };
}

/** The task's `timeout` in milliseconds; null: none. @throws TaskFailure */
export async function timeoutMs(drive: Drive): Promise<number | null> {
  const { timeout } = drive.task;
  if (timeout === null) return null;
  const rendered = await taskContext(drive, null).render(timeout, "timeout");
  const ms = durationMs(rendered);
  if (ms !== null && ms > 0) return ms;
  throw taskFailure(
    "task",
    `\`timeout\` is \`${rendered}\`, which is no duration above zero.`,
    "Write it as ISO 8601, e.g. PT10M.",
  );
}
