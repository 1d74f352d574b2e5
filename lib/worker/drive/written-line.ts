import { sourceOfRevision } from "#lib/executions/flow-revision.ts";
import { RunnerError } from "#lib/runner/contract.ts";
import { pool } from "#lib/store/database.ts";
import { nearestPlace, writtenPlace } from "#lib/tasks/script/written-place.ts";
import type { TaskFailure } from "#lib/tasks/task-type.ts";
import { persist } from "../persist.ts";
import type { Drive } from "./drive.ts";

/** The line of the flow that a failure is about: that of the very key where it names one, else the task's. */
export async function writtenLine(drive: Drive, error: RunnerError | TaskFailure): Promise<number> {
  const path = error instanceof RunnerError ? error.place : error.path;
  const ofTask = drive.task.range.startLine;
  if (path === null) return ofTask;
  const { flow, revision, attempt, held } = drive;
  const key = { namespace: flow.namespace, flowId: flow.id, revision };
  const source = await persist(held.signal, () => sourceOfRevision(pool(), key));
  if (source === null) return ofTask;
  const place =
    error instanceof RunnerError
      ? writtenPlace(source, attempt.position, path)
      : nearestPlace(source, attempt.position, [path]);
  return place?.startLine ?? ofTask;
}
