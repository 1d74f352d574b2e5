import { Readable } from "node:stream";
import { stringify } from "yaml";
import { log } from "#lib/config/log.ts";
import type { Failure } from "#lib/core/failure.ts";
import type { CollectedArtifact } from "#lib/executions/attempt-end.ts";
import { outputUri } from "#lib/executions/file-uri.ts";
import type { Inspection, RunHandle, Runner } from "#lib/runner/contract.ts";
import { artifacts } from "#lib/store/artifacts.ts";
import type { Drive } from "./drive.ts";

/** A place keeps tighter limits by itself; one that does not is not waited for: the end is what counts. */
const LIMIT_MS = 40_000;
const MAX_BYTES = 2 * 1024 * 1024;

/**
 * Stores all that the place can still tell of a run that ended badly, as one YAML file without the
 * secrets that the flow has read. Best effort, before the run is removed: whatever fails here changes
 * nothing. null: there is nothing to tell.
 */
export async function keepBlackBox(
  drive: Drive,
  { runner, handle }: { runner: Runner; handle: RunHandle },
  failure: Failure,
): Promise<CollectedArtifact | null> {
  const { attempt, flow, task, held } = drive;
  const limit = AbortSignal.any([held.signal, AbortSignal.timeout(LIMIT_MS)]);
  try {
    const found = await runner.inspect(handle, limit);
    if (!found) return null;
    const bytes = boxOf(drive, failure, found);
    const { key, size, sha256 } = await artifacts().put(Readable.from([bytes]), MAX_BYTES);
    const { executionId, attemptId } = attempt.lease;
    const name = `${task.id}-black-box-${attempt.number + 1}.yaml`;
    const uri = outputUri(
      { namespace: flow.namespace, flowId: flow.id },
      { executionId, taskId: task.id, taskRunId: attempt.taskRunId, attemptId, path: name },
    );
    return { uri, name, storageKey: key, size, sha256, isExecutable: false };
  } catch (error) {
    held.signal.throwIfAborted();
    log().info({ error: String(error), attempt: attempt.lease.attemptId }, "no black box was kept");
    return null;
  }
}

function boxOf(drive: Drive, failure: Failure, found: Inspection): Buffer {
  const { attempt, flow, task, marks, progress } = drive;
  const { lines, bytes } = progress;
  const head = {
    execution: attempt.lease.executionId,
    flow: `${flow.namespace}.${flow.id}`,
    task: task.id,
    attempt: attempt.number + 1,
    failure,
    marks: marks.known,
    log: { lines, bytes },
  };
  const text = stringify(drive.masks.deep({ podflow: head, ...found }), { lineWidth: 0 });
  const whole = Buffer.from(text);
  if (whole.length <= MAX_BYTES) return whole;
  const note = "\n# The rest is left out: it is too large.\n";
  return Buffer.concat([whole.subarray(0, MAX_BYTES - note.length), Buffer.from(note)]);
}
