import type { Readable } from "node:stream";
import { AppError } from "#lib/core/app-error.ts";
import type { ArtifactView } from "#lib/core/execution-view.ts";
import { artifacts } from "#lib/store/artifacts.ts";
import type { ByteRange } from "#lib/store/artifact-store.ts";
import { pool } from "#lib/store/database.ts";
import { artifactView, type ArtifactRow } from "./view.ts";

export type { ByteRange } from "#lib/store/artifact-store.ts";

export interface OpenedFile extends ArtifactView {
  /** Bytes, in order; of the range when one is given. Destroy it when you stop early. */
  open(range?: ByteRange): Readable;
}

/** Every file of the execution: its inputs, then its outputs by task; no black boxes. @throws AppError `not-found` */
export async function listFiles(executionId: string): Promise<ArtifactView[]> {
  const { rows: found } = await pool().query("SELECT 1 FROM executions WHERE id = $1", [
    executionId,
  ]);
  if (found.length === 0) throw new AppError("not-found", `There is no execution ${executionId}.`);
  const { rows } = await pool().query<ArtifactRow>(
    `SELECT f.uri, f.name, f.size, f.sha256 FROM artifacts f
       LEFT JOIN task_runs t ON t.id = f.task_run_id
     WHERE f.execution_id = $1 AND f.kind <> 'black-box' ORDER BY t.position NULLS FIRST, f.name`,
    [executionId],
  );
  return rows.map(artifactView);
}

/** A file of this execution. @throws AppError `not-found`, also for a file of another execution */
export async function findFile(executionId: string, uri: string): Promise<OpenedFile> {
  const { rows } = await pool().query<ArtifactRow & { storage_key: string }>(
    `SELECT uri, name, size, sha256, storage_key FROM artifacts
     WHERE uri = $1 AND execution_id = $2`,
    [uri, executionId],
  );
  const [row] = rows;
  if (!row) {
    throw new AppError("not-found", `The execution ${executionId} has no file ${uri}.`);
  }
  return { ...artifactView(row), open: (range) => artifacts().open(row.storage_key, range) };
}
