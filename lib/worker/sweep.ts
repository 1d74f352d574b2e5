import { log } from "#lib/config/log.ts";
import { forgetBytes } from "#lib/executions/forget-bytes.ts";
import { recordRemoval } from "#lib/executions/record.ts";
import { forgetOldUploads, liveOrKept, usedConnections } from "#lib/executions/sweep.ts";
import { artifacts } from "#lib/store/artifacts.ts";
import type { OwnedRun, Runner } from "#lib/runner/contract.ts";
import { destroyOnce } from "./drive/end-run.ts";
import type { Runners } from "./drive/drive.ts";
import { type Loop, startLoop } from "./loop.ts";

const INTERVAL_MS = 60_000;
/** What was made less than this ago may be just being recorded. */
const GRACE_MS = 60_000;
const LIST_LIMIT_MS = 20_000;
/** Bytes are put before their row is written: the longest that may take. */
const BYTES_GRACE_MS = 24 * 3600 * 1000;
const BYTES_INTERVAL_MS = 3600 * 1000;
const BATCH = 500;

/** Where the sweep finds places. */
interface Places extends Pick<Runners, "openRunner"> {
  /** Those of tasks' own configs, as far as they are open in this process. */
  configRunners(until: AbortSignal): Promise<Runner[]>;
}

/** Removes, now and then, what nobody owns any more: runs, abandoned uploads, bytes without a row. */
export function startSweep(places: Places): Loop {
  let bytesSweptAt = Number.NEGATIVE_INFINITY;
  return startLoop("sweep", async () => {
    const over = new AbortController();
    try {
      await sweepPlaces(places, over.signal);
    } finally {
      over.abort(new Error("The sweep is over."));
    }
    if (performance.now() - bytesSweptAt > BYTES_INTERVAL_MS) {
      await forgetOldUploads();
      await sweepBytes(new Date(Date.now() - BYTES_GRACE_MS));
      bytesSweptAt = performance.now();
    }
    return INTERVAL_MS;
  });
}

async function sweepPlaces(places: Places, until: AbortSignal): Promise<void> {
  // Places that nothing ran in are left alone, whatever the kubeconfig has.
  for (const { id, namespaces } of await usedConnections()) {
    const opened = id === null ? await places.configRunners(until) : [places.openRunner(id, until)];
    for (const opening of opened) {
      try {
        await sweepRuns(await opening, new Date(), namespaces);
      } catch (error) {
        // A place that cannot be reached now is swept another time.
        log().debug({ error: String(error), connection: id }, "a place was not swept");
      }
    }
  }
}

/**
 * Destroys the runs of this installation that no live attempt owns. Returns what was destroyed.
 * @param namespaces that were used there, for a place that may not be looked through as a whole
 */
export async function sweepRuns(
  runner: Runner,
  now: Date,
  namespaces: readonly string[] = [],
): Promise<OwnedRun[]> {
  const owned = await runner.list(AbortSignal.timeout(LIST_LIMIT_MS), namespaces);
  const old = owned.filter((run) => now.getTime() - run.createdAt.getTime() > GRACE_MS);
  const kept = await liveOrKept(
    old.map(({ handle: { attemptId }, taskRunId }) => ({ attemptId, taskRunId })),
  );
  const stray = old.filter((run) => !kept.has(run.handle.attemptId));
  const removed: OwnedRun[] = [];
  for (const run of stray) {
    const { handle, executionId } = run;
    const facts = { run: handle.name, namespace: handle.namespace, execution: executionId };
    try {
      await destroyOnce(runner, handle, 0);
    } catch (error) {
      const why = "a run that nobody owns could not be removed: trying again later";
      log().warn({ ...facts, error: String(error) }, why);
      continue;
    }
    const ageSeconds = Math.round((now.getTime() - run.createdAt.getTime()) / 1000);
    log().info({ ...facts, ageSeconds }, "a run that nobody owns is removed");
    await recordRemoval({ executionId, attemptId: handle.attemptId }, new Date());
    removed.push(run);
  }
  return removed;
}

/** Deletes stored bytes that no artifact refers to and that are older than the moment. */
export async function sweepBytes(before: Date): Promise<number> {
  let deleted = 0;
  let keys: string[] = [];
  for await (const key of artifacts().keysBefore(before)) {
    keys.push(key);
    if (keys.length < BATCH) continue;
    deleted += await forgetBytes(keys);
    keys = [];
  }
  return deleted + (await forgetBytes(keys));
}
