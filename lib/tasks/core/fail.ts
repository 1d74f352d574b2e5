import { z } from "zod";
import { isTruthy } from "#lib/expression/truthy.ts";
import { optional, text } from "#lib/flow/schema/parts.ts";
import { propertiesOf } from "../properties-of.ts";
import { taskFailure } from "../task-failure.ts";
import type { TaskType } from "../task-type.ts";

const properties = z.strictObject({
  condition: optional(text(), "The task fails when this is true. Default: always."),
  errorMessage: optional(text(), "What the failure says. Default `Task failure`."),
});

export const fail: TaskType = {
  kind: "worker",
  type: "io.kestra.plugin.core.execution.Fail",
  aliases: ["io.kestra.core.tasks.executions.Fail"],
  title: "Fail",
  description: "Ends the execution as failed, always or on a condition.",
  properties,
  examples: [
    `id: refuse
type: io.kestra.plugin.core.execution.Fail
condition: "{{ inputs.count < 1 }}"
errorMessage: "Nothing to do: count is {{ inputs.count }}"
`,
  ],
  literalProperties: [],
  outputs: {},
  run: async (task, context) => {
    const { condition, errorMessage } = propertiesOf(properties, task);
    const isMet = condition === undefined || isTruthy(await context.render(condition, "condition"));
    if (!isMet) return { outputs: {} };
    const message = await context.render(errorMessage ?? "Task failure", "errorMessage");
    throw taskFailure("task", message, "");
  },
};
