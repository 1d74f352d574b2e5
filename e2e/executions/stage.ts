import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase } from "#e2e/database/test-database.ts";
import { newId } from "#lib/core/id.ts";
import { createExecution } from "#lib/executions/create.ts";
import { saveFlow } from "#lib/flows/save.ts";
import { diskArtifacts } from "#lib/store/artifact-disk.ts";
import { openArtifacts } from "#lib/store/artifacts.ts";
import { closeDatabase, openDatabase } from "#lib/store/database.ts";
import { closeWakeups } from "#lib/store/listen.ts";

/** A database and a folder for files, for the tests of one file. */
export interface Stage {
  databaseUrl: string;
  folder: string;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const database = await createTestDatabase();
  openDatabase(database.url, 20);
  const folder = await mkdtemp(join(tmpdir(), "podflow-stage-"));
  // The key that secrets are encrypted with is kept there.
  process.env["PODFLOW_DATA"] = folder;
  openArtifacts(diskArtifacts(join(folder, "artifacts")));
  return {
    databaseUrl: database.url,
    folder,
    close: async () => {
      await closeWakeups();
      await closeDatabase();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const NAMESPACE = "test.stage";

/** Saves a flow of these lines under a name of its own; `id` and `namespace` come on top. */
export async function someFlow(...lines: string[]): Promise<string> {
  const id = `flow-${newId()}`;
  await saveFlow([`id: ${id}`, `namespace: ${NAMESPACE}`, ...lines].join("\n"), "any");
  return id;
}

/** The lines of a task that only logs. */
export function logTask(id: string, ...more: string[]): string[] {
  return taskOf(id, "io.kestra.plugin.core.log.Log", "message: hi", ...more);
}

/** The lines of a task of any type. */
export function taskOf(id: string, type: string, ...more: string[]): string[] {
  return [`  - id: ${id}`, `    type: ${type}`, ...more.map((line) => `    ${line}`)];
}

export async function someExecution(
  flowId: string,
  inputs: Record<string, unknown> = {},
  connectionId: string | null = null,
): Promise<string> {
  const request = { namespace: NAMESPACE, flowId, inputs, labels: {}, connectionId };
  return (await createExecution(request)).id;
}
