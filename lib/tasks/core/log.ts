import { z } from "zod";
import { LOG_LEVELS } from "#lib/core/log-line.ts";
import { choice, optional, required, text } from "#lib/flow/schema/parts.ts";
import { propertiesOf } from "../properties-of.ts";
import type { TaskType } from "../task-type.ts";

const properties = z.strictObject({
  message: required(
    z.union([text(), z.array(text())], { error: "must be text or a list of texts" }),
    "What is written to the log; a list is written line by line.",
  ),
  level: optional(choice(LOG_LEVELS), "Default `INFO`."),
});

export const log: TaskType = {
  kind: "worker",
  type: "io.kestra.plugin.core.log.Log",
  aliases: ["io.kestra.core.tasks.log.Log"],
  title: "Write to the log",
  description: "Writes messages to the execution's log.",
  properties,
  examples: [
    `id: hello
type: io.kestra.plugin.core.log.Log
message: "Hello from {{ flow.id }}"
`,
  ],
  literalProperties: [],
  outputs: {},
  run: async (task, context) => {
    const { message, level } = propertiesOf(properties, task);
    if (typeof message === "string") {
      context.log(level ?? "INFO", await context.render(message, "message"));
      return { outputs: {} };
    }
    for (const [index, line] of message.entries()) {
      context.log(level ?? "INFO", await context.render(line, `message[${index}]`));
    }
    return { outputs: {} };
  },
};
