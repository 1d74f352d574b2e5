import { z } from "zod";
import { durationMs } from "#lib/flow/duration.ts";
import { duration, required } from "#lib/flow/schema/parts.ts";
import { propertiesOf } from "../properties-of.ts";
import { taskFailure } from "../task-failure.ts";
import type { TaskType } from "../task-type.ts";

const properties = z.strictObject({
  duration: required(duration(), "How long, e.g. `PT10S`."),
});

export const sleep: TaskType = {
  kind: "worker",
  type: "io.kestra.plugin.core.flow.Sleep",
  aliases: ["io.kestra.core.tasks.flows.Sleep", "io.kestra.core.tasks.debugs.Sleep"],
  title: "Wait",
  description: "Waits, and does nothing else.",
  properties,
  examples: [
    `id: wait
type: io.kestra.plugin.core.flow.Sleep
duration: PT10S
`,
  ],
  literalProperties: [],
  outputs: {},
  run: async (task, context) => {
    const rendered = await context.render(propertiesOf(properties, task).duration, "duration");
    const ms = durationMs(rendered);
    if (ms === null || ms < 0) {
      throw taskFailure(
        "task",
        `\`duration\` is \`${rendered}\`, which is no duration.`,
        "Write it as ISO 8601, e.g. PT10S.",
      );
    }
    await context.waitUntil(new Date(context.startedAt.getTime() + ms));
    return { outputs: {} };
  },
};
