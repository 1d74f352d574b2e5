import { claimAttempts, msUntilClaimable } from "#lib/executions/claim.ts";
import type { Claimer } from "#lib/executions/claimed-attempt.ts";
import { dropDeadOwners } from "./owner.ts";
import type { Drives } from "./drives.ts";
import { type Loop, startLoop } from "./loop.ts";

const FALLBACK_MS = 1000;
/** Less than this would be a busy loop while others hold the rows. */
const SHORTEST_MS = 10;

/** Claims attempts: retries that are due, what other workers had no room for, and what they left. */
export function startClaimLoop(drives: Drives, claimer: Claimer): Loop {
  return startLoop("claim", async () => {
    await dropDeadOwners(claimer.owner);
    for (;;) {
      const wanted = drives.free;
      const claimed = await claimAttempts(claimer, wanted, drives.driven);
      for (const attempt of claimed) drives.drive(attempt);
      if (wanted === 0 || claimed.length < wanted) break;
    }
    // Without room, the end of a drive wakes the loop.
    if (drives.free === 0) return FALLBACK_MS;
    const ms = await msUntilClaimable();
    return ms === null ? FALLBACK_MS : Math.min(Math.max(ms, SHORTEST_MS), FALLBACK_MS);
  });
}
