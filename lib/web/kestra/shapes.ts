import { z } from "zod";
import { FAILURE_KINDS } from "#lib/core/failure.ts";
import { LOG_LEVELS } from "#lib/core/log-line.ts";
import { STATES } from "#lib/core/state.ts";

/** The JSON forms of Kestra's API (0.16 to 0.19), as far as they are filled here. */
const date = z.string().describe("ISO 8601 with milliseconds, UTC");
const label = z.object({ key: z.string(), value: z.string() });

export const stateShape = z.object({
  current: z.enum(STATES),
  histories: z.array(z.object({ state: z.enum(STATES), date })),
  duration: z.string().describe("ISO 8601 duration"),
  startDate: date,
  endDate: date.optional(),
});

export const failureShape = z
  .object({
    kind: z.enum(FAILURE_KINDS),
    message: z.string().describe("What happened, to what"),
    remedy: z.string().describe("What to do now; may be empty"),
    evidence: z.string().describe("What it rests on, e.g. the cluster's own words; may be empty"),
    exitCode: z.int().nullable(),
    line: z.int().nullable().describe("Line of the flow's source that the remedy is about"),
  })
  .describe("Ours: why it ended badly; absent when it did not");

const gapShape = z.object({
  afterLine: z.int(),
  from: z.string().nullable().describe("When the line before it was printed"),
  to: z.string().nullable().describe("When the line behind it was printed"),
  why: z.string(),
});

const sealShape = z
  .object({
    state: z.enum(["complete", "incomplete"]),
    lines: z.int(),
    bytes: z.int().describe("Without line ends"),
    sha256: z
      .string()
      .optional()
      .describe("Of each line's bytes and a line feed: what `sha256sum` says of the raw download"),
    isJoined: z
      .boolean()
      .optional()
      .describe("true: the place did not tell stdout and stderr apart"),
    gap: z.string().optional().describe("In words, what is missing"),
    gaps: z.array(gapShape).optional(),
  })
  .describe("Ours: whether the ended attempt's log is whole");

export const taskRunShape = z.object({
  id: z.string(),
  executionId: z.string(),
  namespace: z.string(),
  flowId: z.string(),
  taskId: z.string(),
  value: z.string().optional(),
  attempts: z.array(
    z.object({
      state: stateShape,
      failure: failureShape.optional(),
      logSeal: sealShape.optional(),
      /** What its place told of it when it ended badly: a file of the execution. */
      blackBox: z.string().optional(),
    }),
  ),
  outputs: z.record(z.string(), z.unknown()),
  state: stateShape,
  failure: failureShape.optional(),
});

export const executionShape = z.object({
  id: z.string(),
  namespace: z.string(),
  flowId: z.string(),
  flowRevision: z.int(),
  taskRunList: z.array(taskRunShape),
  inputs: z.record(z.string(), z.unknown()),
  outputs: z.record(z.string(), z.unknown()),
  labels: z.array(label),
  state: stateShape,
  failure: failureShape.optional(),
  deleted: z.boolean(),
});

export const flowShape = z
  .looseObject({
    id: z.string(),
    namespace: z.string(),
    revision: z.int(),
    disabled: z.boolean(),
    deleted: z.boolean(),
    labels: z.array(label).optional(),
    source: z.string().optional().describe("The YAML, when it was asked for"),
  })
  .describe("What the YAML says, and these");

export const validationShape = z.object({
  index: z.int().describe("Which of the documents sent, from 0"),
  flow: z.string().optional(),
  namespace: z.string().optional(),
  constraints: z.string().optional().describe("The errors; absent when there is none"),
  outdated: z.boolean(),
  deprecationPaths: z.array(z.string()),
  warnings: z.array(z.string()),
  infos: z.array(z.string()),
});

export const logEntryShape = z.object({
  namespace: z.string(),
  flowId: z.string(),
  executionId: z.string(),
  taskId: z.string().optional(),
  taskRunId: z.string().optional(),
  attemptNumber: z.int().optional(),
  timestamp: date,
  level: z.enum(LOG_LEVELS),
  message: z.string(),
});

export const metricShape = z.object({
  namespace: z.string(),
  flowId: z.string(),
  executionId: z.string(),
  taskId: z.string(),
  taskRunId: z.string(),
  name: z.string(),
  type: z.enum(["counter", "timer", "gauge"]),
  value: z.number(),
  tags: z.record(z.string(), z.string()),
});

export const errorShape = z.object({
  message: z.string().describe("What happened, to what, what to do now"),
  _embedded: z
    .object({ errors: z.array(z.object({ path: z.string(), message: z.string() })) })
    .optional(),
});

export function pageShape<T extends z.ZodType>(item: T) {
  return z.object({ results: z.array(item), total: z.int() });
}
