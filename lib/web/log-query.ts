import { z } from "zod";
import { LOG_LEVELS } from "#lib/core/log-line.ts";

const flag = z.stringbool({ truthy: ["true", "1"], falsy: ["false", "0", ""] });

/** Which lines of a log: the filter that all requests about logs share. */
export const logFilter = z.object({
  taskRunId: z.string().min(1).optional(),
  attempt: z.coerce.number().int().min(0).optional(),
  minLevel: z.enum(LOG_LEVELS).optional(),
});

export const logWindow = logFilter.extend({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(5000).default(500),
  /** Else a long line comes with its beginning alone. */
  isWhole: flag.default(false),
});

export const logSearch = logFilter.extend({
  q: z.string().min(1, "write what to search for").max(1000, "at most 1000 characters"),
  isRegex: flag.default(false),
  isCaseSensitive: flag.default(false),
});
