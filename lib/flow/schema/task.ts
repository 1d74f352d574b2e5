import { z } from "zod";
import { LOG_LEVELS } from "#lib/core/log-line.ts";
import { choice, duration, flag, ignored, later, optional, required, text } from "./parts.ts";
import type { Task } from "../flow.ts";
import { retrySchema } from "./retry.ts";

const TASK_ID = /^[a-zA-Z0-9][a-zA-Z0-9_-]*$/;
const ID_ERROR = "must begin with a letter or digit and have only letters, digits, `-` and `_`";

/** What all tasks have (LANGUAGE.md 3.4). */
export const taskCommon = {
  id: required(
    text().refine((id) => TASK_ID.test(id), { error: ID_ERROR }),
    "Name of the task, unique in the flow. Its results are `outputs.<id>` in later tasks.",
  ),
  type: required(text(), "What the task does."),
  description: optional(text(), "For people. Markdown."),
  disabled: optional(flag(), "`true`: the task is left out. Default `false`."),
  allowFailure: optional(
    flag(),
    "`true`: when the task fails, the execution goes on and ends with state WARNING. Default `false`.",
  ),
  allowWarning: optional(flag(), "`true`: state WARNING counts as SUCCESS. Default `false`."),
  runIf: optional(
    z
      .union([z.boolean(), z.number(), z.string()], {
        error: "must be an expression, true or false",
      })
      .transform((value) => String(value)),
    "The task runs only when this is true: false, 0, null and empty text skip it.\n\n" +
      'Example: `"{{ inputs.count > 3 }}"`',
  ),
  timeout: optional(duration(), "The task fails when it takes longer, e.g. `PT30M`."),
  retry: optional(retrySchema, "Whether and when a failed task is tried again."),
  logLevel: optional(choice(LOG_LEVELS), "Lines below this level are not kept. Default TRACE."),
  workerGroup: ignored("Worker groups have no effect here: every worker takes every task"),
  logToFile: ignored("Logs are always stored and can be downloaded"),
  version: ignored("Plugin versions have no effect here"),
  taskCache: later("Caching a task's outputs"),
  assets: later("`assets`"),
} as const;

const commonObject = z.object(taskCommon);
type TaskCommon = z.output<typeof commonObject>;

const schemas = new WeakMap<z.ZodObject, z.ZodObject>();

/** A task of this type: what all have and what its own type adds; anything else is an error. */
export function taskSchema(own: z.ZodObject): z.ZodObject {
  const known = schemas.get(own);
  if (known !== undefined) return known;
  const schema = z.strictObject({ ...own.shape, ...taskCommon });
  schemas.set(own, schema);
  return schema;
}

/** What all tasks have, of what the schema accepted. */
export function toTask(accepted: unknown, type: string): Omit<Task, "properties" | "range"> {
  // Every task's schema has all of `taskCommon`.
  const value = accepted as TaskCommon;
  return {
    id: value.id,
    type,
    description: value.description ?? null,
    disabled: value.disabled ?? false,
    allowFailure: value.allowFailure ?? false,
    allowWarning: value.allowWarning ?? false,
    runIf: value.runIf ?? "true",
    timeout: value.timeout ?? null,
    retry: value.retry ?? null,
    logLevel: value.logLevel ?? "TRACE",
  };
}
