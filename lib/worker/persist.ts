import { setTimeout as sleep } from "node:timers/promises";
import { log } from "#lib/config/log.ts";
import { RunnerError } from "#lib/runner/contract.ts";
import { isOutage } from "#lib/store/outage.ts";

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2000;

/**
 * Does what needs the database, and waits while the database is away: that is never a reason to fail
 * an execution. What is repeated must be safe to repeat, because an answer may have been lost.
 * @throws the signal's reason once it is aborted, and every other error of `work`
 */
export async function persist<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      // A cluster that cannot be reached is not the database.
      if (error instanceof RunnerError || !isOutage(error)) throw error;
      if (tries === 0) log().warn({ error: String(error) }, "the database is away: waiting for it");
    }
    await pause(Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS), signal);
  }
}

/** Waits; ends early with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    // The only reason to throw is the signal, and its reason says more.
    signal.throwIfAborted();
  }
}
