import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { TestProject } from "vitest/node";
import { startPostgres } from "#lib/supervisor/postgres/server.ts";
import { migrate } from "#prisma/migrate.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the database whose copies the tests use. */
    templateUrl: string;
  }
}

/**
 * One real PostgreSQL for the run, with a migrated database as the template of every test's own.
 * fsync is off: a test's data outlives a killed process, not a power cut.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "podflow-test-postgres-"));
  // As root the server is another user, who must be able to enter.
  chmodSync(folder, 0o711);
  const server = await startPostgres(join(folder, "postgres"), join(folder, "postgres.log"), {
    extra: ["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
  });
  const template = new Client({ connectionString: server.url });
  await template.connect();
  await template.query("CREATE DATABASE template_podflow");
  await template.end();
  const url = server.url.replace(/\/podflow$/, "/template_podflow");
  await migrate(url);
  project.provide("templateUrl", url);
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
