import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { someExecution, someFlow, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, someWorker, until, untilEnded } from "#e2e/executions/worker-stage.ts";
import { createProcessRunner } from "#lib/runner/process/process-runner.ts";
import { diskArtifacts } from "#lib/store/artifact-disk.ts";
import { openArtifacts } from "#lib/store/artifacts.ts";
import { closeDatabase, openDatabase } from "#lib/store/database.ts";
import { closeWakeups } from "#lib/store/listen.ts";
import { type PostgresServer, startPostgres } from "#lib/supervisor/postgres/server.ts";
import { migrate } from "#prisma/migrate.ts";
import type { Worker } from "./worker.ts";

let folder: string;
let server: PostgresServer;
let worker: Worker;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "podflow-outage-"));
  // As root the server is another user, who must be able to enter.
  chmodSync(folder, 0o711);
  server = await start();
  await migrate(server.url);
  openDatabase(server.url, 10);
  openArtifacts(diskArtifacts(join(folder, "artifacts")));
  const runner = createProcessRunner({ folder: join(folder, "runs"), installationId: "outage" });
  worker = someWorker(runner);
});
afterAll(async () => {
  await worker.stop();
  await closeWakeups();
  await closeDatabase();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(wantedPort?: number): Promise<PostgresServer> {
  const log = join(folder, "postgres.log");
  return startPostgres(join(folder, "postgres"), log, wantedPort ? { wantedPort } : {});
}

/** Starts it again; the killed server's children may still be there for a moment. */
async function startAgain(): Promise<PostgresServer> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await start(server.port);
    } catch (error) {
      if (tries === 20) throw error;
    }
    await sleep(500);
  }
}

const LINES = 60;

async function counting(): Promise<string> {
  return someExecution(
    await someFlow(
      "tasks:",
      ...taskOf(
        "work",
        "io.kestra.plugin.scripts.shell.Commands",
        'outputFiles: ["*.txt"]',
        "commands:",
        `  - 'i=0; while [ $i -lt ${LINES} ]; do echo line $i; i=$((i+1)); sleep 0.05; done'`,
        "  - echo kept > a.txt",
      ),
      ...taskOf("next", "io.kestra.plugin.core.log.Log", "message: on"),
    ),
  );
}

describe("a database that dies and comes back", () => {
  it.each([0, 3000])(
    "fails no execution and costs no line of its log: away for %d ms and the start",
    async (awayMs) => {
      const id = await counting();
      await until(id, (execution) => execution.logLines > 0);
      server.process.kill("SIGKILL");
      await sleep(awayMs);
      server = await startAgain();
      const execution = await untilEnded(id);
      expect(execution.failure).toBeNull();
      expect(execution.state).toBe("SUCCESS");
      expect(execution.taskRuns.map((run) => run.attempts.length)).toEqual([1, 1]);
      const expected = Array.from({ length: LINES }, (_, index) => `line ${index}`);
      expect(await logTexts(id)).toEqual([...expected, "on"]);
    },
  );
});
