import { z } from "zod";
import type { Retry } from "../flow.ts";
import { fixedDurationMs, flag, optional, required } from "./parts.ts";

const WHOLE = "must be a whole number from 1 on";
const count = z.number({ error: WHOLE }).int({ error: WHOLE }).min(1, { error: WHOLE });
const BEHAVIOR = "must be RETRY_FAILED_TASK";

const limits = {
  maxAttempt: optional(count, "Attempts in all, the first included."),
  maxAttempts: optional(count, "Attempts in all, the first included (newer spelling)."),
  maxDuration: optional(fixedDurationMs(), "No new attempt after this time, e.g. `PT1H`."),
  warningOnRetry: optional(
    flag(),
    "`true`: a task that succeeds only after a retry ends with state WARNING. Default `false`.",
  ),
  behavior: optional(
    z
      .enum(["RETRY_FAILED_TASK", "CREATE_NEW_EXECUTION"], { error: BEHAVIOR })
      .superRefine((value, context) => {
        if (value === "RETRY_FAILED_TASK") return;
        const message = "`CREATE_NEW_EXECUTION` is not supported yet";
        context.addIssue({ code: "custom", message, params: { soft: "unsupported" } });
      }),
    "`RETRY_FAILED_TASK` (the default).",
  ),
};

const interval = required(fixedDurationMs(), "Time between two attempts, e.g. `PT10S`.");

const constant = z.strictObject({ type: z.literal("constant"), interval, ...limits });
const exponential = z.strictObject({
  type: z.literal("exponential"),
  interval: required(fixedDurationMs(), "Time before the second attempt, e.g. `PT1S`."),
  maxInterval: optional(fixedDurationMs(), "The longest time between two attempts."),
  delayFactor: optional(
    z.number({ error: "must be a number above 0" }).positive({ error: "must be above 0" }),
    "Each wait is this many times the one before. Default 2.",
  ),
  ...limits,
});
const random = z.strictObject({
  type: z.literal("random"),
  minInterval: required(fixedDurationMs(), "The shortest time between two attempts."),
  maxInterval: required(fixedDurationMs(), "The longest time between two attempts."),
  ...limits,
});
const written = z.discriminatedUnion("type", [constant, exponential, random]);

/** `retry` of a task (LANGUAGE.md 3.5), in milliseconds. */
export const retrySchema: z.ZodType<Retry> = written.transform(toRetry).meta({ id: "Retry" });

function toRetry(value: z.output<typeof written>): Retry {
  const common = {
    maxAttempts: value.maxAttempts ?? value.maxAttempt ?? null,
    maxDurationMs: value.maxDuration ?? null,
    warningOnRetry: value.warningOnRetry ?? false,
  };
  switch (value.type) {
    case "constant":
      return { ...common, type: value.type, intervalMs: value.interval };
    case "exponential":
      return {
        ...common,
        type: value.type,
        intervalMs: value.interval,
        maxIntervalMs: value.maxInterval ?? null,
        delayFactor: value.delayFactor ?? 2,
      };
    case "random":
      return {
        ...common,
        type: value.type,
        minIntervalMs: value.minInterval,
        maxIntervalMs: Math.max(value.minInterval, value.maxInterval),
      };
  }
}
