import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { artifacts } from "#lib/store/artifacts.ts";
import { pool } from "#lib/store/database.ts";
import type { AttemptSpec, InputFile, Workspace } from "#lib/runner/contract.ts";
import { runParts } from "#lib/tasks/script/run-parts.ts";
import { taskFailure } from "#lib/tasks/task-failure.ts";
import type { PlannedFile, ScriptPlan } from "#lib/tasks/task-type.ts";
import { persist } from "../persist.ts";
import type { Drive } from "./drive.ts";

/** What the place needs to run the plan. @throws TaskFailure for input files that are not there */
export async function attemptSpec(
  drive: Drive,
  plan: ScriptPlan,
  at: { workspace: Workspace; timeoutMs: number | null },
): Promise<AttemptSpec> {
  const { attempt, flow, task } = drive;
  const { helperImage } = drive.settings;
  return {
    attemptId: attempt.lease.attemptId,
    identity: {
      namespace: flow.namespace,
      flowId: flow.id,
      taskId: task.id,
      executionId: attempt.lease.executionId,
      taskRunId: attempt.taskRunId,
      attemptNumber: attempt.number,
    },
    ...runParts(plan, { ...at, helperImage }),
    inputFiles: await inputFiles(drive, plan.inputFiles),
  };
}

interface ArtifactRow {
  uri: string;
  storage_key: string;
  size: string;
  sha256: string;
  is_executable: boolean;
}

async function inputFiles(drive: Drive, planned: readonly PlannedFile[]): Promise<InputFile[]> {
  const uris = planned.flatMap(({ content }) => (content.kind === "uri" ? [content.uri] : []));
  const rows = uris.length === 0 ? [] : await findArtifacts(drive, uris);
  return planned.map(({ path, content, isExecutable }) => {
    if (content.kind === "text") return textFile(path, content.text, isExecutable);
    const row = rows.find(({ uri }) => uri === content.uri);
    if (!row) throw notOurs(content.uri);
    const { size, sha256, storage_key: key } = row;
    const open = (): Readable => artifacts().open(key);
    const keepsMode = isExecutable || row.is_executable;
    return { path, size: Number(size), sha256, isExecutable: keepsMode, open };
  });
}

function findArtifacts(drive: Drive, uris: string[]): Promise<ArtifactRow[]> {
  return persist(drive.held.signal, async () => {
    const { rows } = await pool().query<ArtifactRow>(
      `SELECT uri, storage_key, size, sha256, is_executable FROM artifacts
       WHERE execution_id = $1 AND uri = ANY ($2)`,
      [drive.attempt.lease.executionId, uris],
    );
    return rows;
  });
}

function textFile(path: string, text: string, isExecutable: boolean): InputFile {
  const bytes = Buffer.from(text);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { path, size: bytes.length, sha256, isExecutable, open: () => Readable.from([bytes]) };
}

function notOurs(uri: string): Error {
  return taskFailure(
    "input-files",
    `Unable to read the file '${uri}' as it didn't belong to the current execution`,
    "Use a FILE input or an output file of an earlier task of this flow.",
  );
}
