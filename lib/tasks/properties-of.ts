import type { z } from "zod";
import type { Task } from "#lib/flow/flow.ts";

/** The task's own properties, typed. Reading them twice gives the same. */
export function propertiesOf<Schema extends z.ZodObject>(
  schema: Schema,
  task: Task,
): z.output<Schema> {
  return schema.parse(task.properties);
}
