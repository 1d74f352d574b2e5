import "server-only";
import type { z } from "zod";
import type { ActionResult } from "#lib/core/action-result.ts";
import { refusalFrom } from "./refusal.ts";

/**
 * The only way to make a server action: reads its input with `schema` (anybody can call an action
 * with anything), runs it, and turns whatever it throws into a value.
 */
export function action<S extends z.ZodType, T>(
  schema: S,
  run: (input: z.output<S>) => Promise<T>,
): (input: z.input<S>) => Promise<ActionResult<T>> {
  return async (input) => {
    try {
      return { ok: true, data: await run(schema.parse(input)) };
    } catch (error) {
      return { ok: false, error: refusalFrom(error, "server action") };
    }
  };
}
