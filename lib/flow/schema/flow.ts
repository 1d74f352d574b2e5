import { z } from "zod";
import { INPUT_TYPES } from "#lib/core/flow-view.ts";
import { INPUT_ID } from "./input.ts";
import { flag, ignored, later, optional, required, text } from "./parts.ts";

const FLOW_ID = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;
const NAMESPACE = /^[a-z0-9][a-z0-9._-]*$/;

const id = text()
  .refine((value) => FLOW_ID.test(value), {
    error: "must begin with a letter or digit and have only letters, digits, `.`, `-` and `_`",
  })
  .refine((value) => value.length <= 100, { error: "must have at most 100 characters" });

const namespace = text()
  .refine((value) => NAMESPACE.test(value), {
    error:
      "must begin with a lower-case letter or digit and have only lower-case letters, digits, `.`, `-` and `_`",
  })
  .refine((value) => value.length <= 150, { error: "must have at most 150 characters" });

const labelList = z.array(z.strictObject({ key: text(), value: text() }));
const labels = z
  .union([z.record(z.string(), text()), labelList], {
    error: "must be a map of names to texts, or a list of `key` and `value`",
  })
  .transform((value) =>
    Array.isArray(value)
      ? Object.fromEntries(value.map((label) => [label.key, label.value]))
      : value,
  );

const output = z.strictObject({
  id: required(
    text().refine((value) => INPUT_ID.test(value), {
      error: "must begin with a letter or digit and have only letters, digits, `.`, `-` and `_`",
    }),
    "Name of the output.",
  ),
  type: optional(
    z.enum(INPUT_TYPES, { error: `must be one of ${INPUT_TYPES.join(", ")}` }),
    "Type of the value.",
  ),
  value: required(z.unknown(), 'The value, usually an expression: `"{{ outputs.task.value }}"`.'),
  description: optional(text(), "For people. Markdown."),
  displayName: optional(text(), "What screens show instead of the id."),
});

const list = z.array(z.unknown(), { error: "must be a list whose items begin with `- `" });

/** A flow but for its inputs and tasks, which have schemas of their own by type (LANGUAGE.md 3.2). */
export const flowSchema = z.strictObject({
  id: required(id, "Name of the flow, unique in its namespace. Cannot be changed later."),
  namespace: required(namespace, "Where the flow belongs, e.g. `company.team`."),
  description: optional(text(), "For people. Markdown."),
  labels: optional(labels, "Names and values that executions get too."),
  inputs: optional(list, "What the flow asks for before it runs."),
  variables: optional(
    z.record(z.string(), z.unknown(), { error: "must be a map of names to values" }),
    "Values for expressions: `vars.<name>`. `render(vars.<name>)` evaluates those that have expressions.",
  ),
  tasks: required(
    list.min(1, { error: "must not be empty: add at least one task" }),
    "What the flow does, one after the other.",
  ),
  outputs: optional(
    z.array(output, { error: "must be a list whose items begin with `- id:`" }),
    "What the execution gives when it has ended.",
  ),
  disabled: optional(flag(), "`true`: the flow cannot be executed. Default `false`."),
  revision: ignored("The revision counts up by itself with every save"),
  tenantId: ignored("There are no tenants here"),
  deleted: ignored("It says nothing about the flow's source"),
  updated: ignored("It is set by itself with every save"),
  source: ignored("This text is the source"),
  workerGroup: ignored("Worker groups have no effect here: every worker takes every task"),
  errors: later("A flow's `errors` branch"),
  finally: later("A flow's `finally` branch"),
  afterExecution: later("A flow's `afterExecution` branch"),
  listeners: later("A flow's `listeners`"),
  triggers: later("Starting a flow by triggers"),
  pluginDefaults: later("`pluginDefaults`"),
  taskDefaults: later("`taskDefaults`"),
  concurrency: later("A limit on concurrent executions"),
  retry: later("Retrying a whole flow"),
  sla: later("`sla`"),
  checks: later("`checks`"),
  quotas: later("`quotas`"),
});
