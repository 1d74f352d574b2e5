import { log } from "#lib/config/log.ts";
import { advanceDue, AdvanceError, postpone } from "#lib/executions/advance.ts";
import { isOutage } from "#lib/store/outage.ts";
import type { Drives } from "./drives.ts";
import { type Loop, startLoop } from "./loop.ts";

const FALLBACK_MS = 1000;
/** Executions that are advanced at the same time. */
const AT_ONCE = 4;
/** An execution whose step broke is looked at again after this. */
const POSTPONE_MS = 10_000;

/** Takes the next step of every execution that is due. */
export function startAdvanceLoop(drives: Drives): Loop {
  return startLoop("advance", async () => {
    await Promise.all(Array.from({ length: AT_ONCE }, () => advanceAll(drives)));
    return FALLBACK_MS;
  });
}

async function advanceAll(drives: Drives): Promise<void> {
  for (;;) {
    try {
      const advanced = await advanceDue(drives.claimer());
      if (!advanced) return;
      for (const attempt of advanced.claimed) drives.drive(attempt);
    } catch (error) {
      if (!(error instanceof AdvanceError) || isOutage(error)) throw error;
      const { executionId: execution } = error;
      log().error({ err: error, execution }, "an execution could not be advanced: trying later");
      await postpone(execution, POSTPONE_MS);
    }
  }
}
