import { z } from "zod";
import { durationMs } from "../duration.ts";

/**
 * The pieces that schemas of flows and tasks are made of. Their error texts complete a sentence that
 * begins with the property's name (schema-problems.ts adds what the value is instead).
 */

/** Text; numbers and booleans count as the text they were written as, as in Kestra. */
export function text(): z.ZodType<string> {
  return z
    .union([z.string(), z.number(), z.boolean()], { error: "must be text" })
    .transform((value) => String(value));
}

export function textList(): z.ZodType<string[]> {
  return z.array(text(), { error: "must be a list" });
}

/** A map of names to texts. Names without a value are left out. */
export function textMap(): z.ZodType<Record<string, string>> {
  return z
    .record(z.string(), text().nullable(), { error: "must be a map of names to texts" })
    .transform(withoutNulls);
}

function withoutNulls(map: Record<string, string | null>): Record<string, string> {
  const entries = Object.entries(map).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return Object.fromEntries(entries);
}

/**
 * A map of any form, or an expression that gives one as JSON.
 * @param known properties that the editor offers; others may be there too
 */
export function openMap(known: readonly string[]): z.ZodType<string | Record<string, unknown>> {
  const error = "must be a map, or an expression that gives one";
  const map = z.looseObject(
    Object.fromEntries(known.map((name) => [name, z.unknown().optional()])),
  );
  return z.union([map, z.string().refine(hasExpression, { error })], { error });
}

/** true or false, also in quotes. */
export function flag(): z.ZodType<boolean> {
  return z
    .union([z.boolean(), z.enum(["true", "false"])], { error: "must be true or false" })
    .transform((value) => value === true || value === "true");
}

/** true, false, or an expression that gives one of them; as text. */
export function flagOrExpression(): z.ZodType<string> {
  return z
    .union([z.boolean(), z.string()], { error: "must be true, false or an expression" })
    .transform((value) => String(value))
    .refine((value) => value === "true" || value === "false" || hasExpression(value), {
      error: "must be true, false or an expression",
    });
}

/** A duration in ISO 8601, or seconds as a number, or an expression for a duration; as text. */
export function duration(): z.ZodType<string> {
  return z
    .union([z.string(), z.number()], { error: DURATION_ERROR })
    .transform((value) => (typeof value === "number" ? `PT${value}S` : value))
    .refine((value) => hasExpression(value) || isPositive(durationMs(value)), {
      error: DURATION_ERROR,
    });
}

/** A duration that must be known before the run; in milliseconds. */
export function fixedDurationMs(): z.ZodType<number> {
  return z
    .union([z.string(), z.number()], { error: DURATION_ERROR })
    .transform((value, context) => {
      const ms = typeof value === "number" ? value * 1000 : durationMs(value);
      if (isPositive(ms)) return ms;
      context.addIssue({ code: "custom", message: DURATION_ERROR });
      return z.NEVER;
    });
}

const DURATION_ERROR =
  "must be a duration such as PT30S (seconds), PT10M (minutes), PT1H30M or P1D (days)";

function isPositive(ms: number | null): ms is number {
  return ms !== null && Number.isFinite(ms) && ms >= 0;
}

/** Whether the text has something that is evaluated. */
export function hasExpression(value: string): boolean {
  return value.includes("{{") || value.includes("{%");
}

/** One of the names, in any case; as it stands in the list. */
export function choice<Name extends string>(names: readonly [Name, ...Name[]]): z.ZodType<Name> {
  const byUpper = new Map<string, Name>(names.map((name) => [name.toUpperCase(), name]));
  const written = z
    .string({ error: `must be one of ${names.join(", ")}` })
    .meta({ examples: [...names] });
  return written.transform((value, context) => {
    const name = byUpper.get(value.toUpperCase());
    if (name !== undefined) return name;
    context.addIssue({ code: "custom", message: `must be one of ${names.join(", ")}` });
    return z.NEVER;
  });
}

/** Why a value is no reason to refuse the flow, or only to refuse its run. */
export type SoftIssue = "unsupported" | "ignored";

/** A property that is known, but built later: such a flow is saved and does not run. */
export function later(what = "This"): z.ZodOptional<z.ZodType<unknown>> {
  return soft("unsupported", `${what} is not supported yet`);
}

/** A property that has no effect here, harmlessly. */
export function ignored(why: string): z.ZodOptional<z.ZodType<unknown>> {
  return soft("ignored", why);
}

function soft(kind: SoftIssue, message: string): z.ZodOptional<z.ZodType<unknown>> {
  return z
    .unknown()
    .superRefine((_, context) => {
      context.addIssue({ code: "custom", message, params: { soft: kind } });
    })
    .optional()
    .meta({ markdownDescription: `*${message}.*` });
}

/** The property may be left out; `markdown` is what the editor shows of it. */
export function optional<Schema extends z.ZodType>(
  schema: Schema,
  markdown: string,
): z.ZodOptional<Schema> {
  return schema.optional().meta({ markdownDescription: markdown });
}

/** The property must be there; `markdown` is what the editor shows of it. */
export function required<Schema extends z.ZodType>(schema: Schema, markdown: string): Schema {
  return schema.meta({ markdownDescription: markdown });
}
