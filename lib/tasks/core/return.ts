import { z } from "zod";
import { optional, text } from "#lib/flow/schema/parts.ts";
import { propertiesOf } from "../properties-of.ts";
import type { TaskType } from "../task-type.ts";

const properties = z.strictObject({
  format: optional(text(), "The text to give: `outputs.<id>.value` in later tasks."),
});

export const returnTask: TaskType = {
  kind: "worker",
  type: "io.kestra.plugin.core.debug.Return",
  aliases: ["io.kestra.core.tasks.debugs.Return"],
  title: "Give a value",
  description: "Evaluates a text and gives it as the output `value`.",
  properties,
  examples: [
    `id: greeting
type: io.kestra.plugin.core.debug.Return
format: "Hello, {{ inputs.name }}"
`,
  ],
  literalProperties: [],
  outputs: { value: "The evaluated text; null without `format`." },
  run: async (task, context) => {
    const { format } = propertiesOf(properties, task);
    const value = format === undefined ? null : await context.render(format, "format");
    return { outputs: { value } };
  },
};
